/** The most memory this process held while `work` ran, in MB: looked at every 50 ms. */
export async function withPeakMemory<T>(work: () => Promise<T>): Promise<{ result: T; peakMb: number }> {
  let peak = process.memoryUsage.rss()
  const look = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 50)
  try {
    return { result: await work(), peakMb: Math.max(peak, process.memoryUsage.rss()) / 1_048_576 }
  } finally {
    clearInterval(look)
  }
}
