/** Things to come, played in the order of their times; what comes at the same time, in the order in which it was planned. */
export interface Agenda {
  plan(at: Date, act: () => Promise<void> | void): void
  next(): Date | undefined
  /** Plays all that is due, also what comes up in doing so. */
  playUntil(now: Date): Promise<void>
}

interface Entry {
  atMs: number
  act: () => Promise<void> | void
}

export function createAgenda(): Agenda {
  // Sorted, latest first, so that what is next is taken from the end.
  const entries: Entry[] = []
  return {
    plan: (at, act) => {
      const atMs = at.getTime()
      let index = entries.length
      while (index > 0 && (entries[index - 1]?.atMs ?? Infinity) <= atMs) index--
      entries.splice(index, 0, { atMs, act })
    },
    next: () => {
      const entry = entries.at(-1)
      return entry === undefined ? undefined : new Date(entry.atMs)
    },
    playUntil: async (now) => {
      for (let entry = entries.at(-1); entry !== undefined; entry = entries.at(-1)) {
        if (entry.atMs > now.getTime()) return
        entries.pop()
        await entry.act()
      }
    },
  }
}
