/** Things to come, played in the order of their times; what comes at the same time, in the order in which it was planned. */
export interface Agenda {
  /** `isQuiet`: nothing follows from it at once. */
  plan(at: Date, act: () => Promise<void> | void, options?: { isQuiet: boolean }): void
  next(): Date | undefined
  /** Plays all that is due, also what comes up in doing so; false when nothing was but what is quiet. */
  playUntil(now: Date): Promise<boolean>
}

interface Entry {
  atMs: number
  act: () => Promise<void> | void
  isQuiet: boolean
}

export function createAgenda(): Agenda {
  // Sorted, latest first, so that what is next is taken from the end.
  const entries: Entry[] = []
  return {
    plan: (at, act, { isQuiet } = { isQuiet: false }) => {
      const atMs = at.getTime()
      let index = entries.length
      while (index > 0 && (entries[index - 1]?.atMs ?? Infinity) <= atMs) index--
      entries.splice(index, 0, { atMs, act, isQuiet })
    },
    next: () => {
      const entry = entries.at(-1)
      return entry === undefined ? undefined : new Date(entry.atMs)
    },
    playUntil: async (now) => {
      let hasPlayed = false
      for (let entry = entries.at(-1); entry !== undefined; entry = entries.at(-1)) {
        if (entry.atMs > now.getTime()) return hasPlayed
        entries.pop()
        hasPlayed ||= !entry.isQuiet
        await entry.act()
      }
      return hasPlayed
    },
  }
}
