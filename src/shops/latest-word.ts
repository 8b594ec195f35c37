/** When Meta said something, by Meta's own time. */
export interface Said {
  at: Date
  /** Read from Meta, asked for at `at` by our clock, which may differ from Meta's by a few minutes. */
  isReading?: boolean
}

export const clocksDifferMs = 5 * 60_000

/** Whether this is later than what is known. Two words of one second are told apart by `isGreater`, so that their order does not matter. */
export function isNews(knownAt: Date | null, said: Said, isGreater: boolean): boolean {
  if (knownAt === null || said.at > knownAt) return true
  return said.at.getTime() === knownAt.getTime() && (said.isReading === true || isGreater)
}

/** A reading is the last word on what happened until a few minutes before it; about those minutes an event may know better. */
export function timeOfNews(knownAt: Date | null, said: Said): Date {
  if (said.isReading !== true) return said.at
  const sureMs = said.at.getTime() - clocksDifferMs
  return knownAt === null || knownAt.getTime() < sureMs ? new Date(sureMs) : knownAt
}
