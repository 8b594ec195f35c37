/** Work that goes on after an answer was given: webhooks, above all. */
export interface Pending {
  track(work: Promise<unknown>): void
  /** Resolves when nothing is under way any more, whatever that started included. */
  settled(): Promise<void>
}

export function createPending(): Pending {
  const underWay = new Set<Promise<unknown>>()
  return {
    track: (work) => {
      const done = work.finally(() => underWay.delete(done))
      underWay.add(done)
      // Whoever waits is told of a failure; one that nobody waits for must not end the process.
      done.catch(() => undefined)
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
