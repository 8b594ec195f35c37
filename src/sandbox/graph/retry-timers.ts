/** At once after the first failure, then after 250 ms, doubling up to 10 s. Meta's own go on for days; these end with the attempts. */
export function retryDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(10_000, 250 * 2 ** (failures - 2))
}

export interface RetryTimers {
  wait(ms: number): Promise<void>
  fireAll(): void
}

/** Waits in real time that can be cut short. */
export function createRetryTimers(): RetryTimers {
  const fire = new Set<() => void>()
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          fire.delete(end)
          resolve()
        }
        const timer = setTimeout(end, ms)
        fire.add(end)
      }),
    fireAll: () => [...fire].forEach((end) => end()),
  }
}
