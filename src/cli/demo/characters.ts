/** How somebody behaves, in percent of the occasions, and how often they look at the shop on their own. */
export interface Character {
  looksPerMonth: number
  reads: number
  /** Of what was read. */
  taps: number
  /** Of what was tapped on. */
  buys: number
  /** Writes a word back. */
  replies: number
  /** Says stop, in one of the ways there are. */
  leaves: number
  /** Of what was bought. */
  sendsBack: number
}

export const characters = {
  browser: { looksPerMonth: 4, reads: 95, taps: 60, buys: 25, replies: 6, leaves: 0, sendsBack: 25 },
  bargainHunter: { looksPerMonth: 3, reads: 90, taps: 75, buys: 45, replies: 2, leaves: 0, sendsBack: 15 },
  regular: { looksPerMonth: 1, reads: 85, taps: 45, buys: 50, replies: 4, leaves: 0, sendsBack: 20 },
  talker: { looksPerMonth: 1, reads: 100, taps: 30, buys: 15, replies: 45, leaves: 0, sendsBack: 0 },
  leaver: { looksPerMonth: 2, reads: 100, taps: 15, buys: 5, replies: 0, leaves: 40, sendsBack: 0 },
  silent: { looksPerMonth: 1, reads: 25, taps: 0, buys: 0, replies: 0, leaves: 0, sendsBack: 0 },
} as const satisfies Record<string, Character>

export type CharacterName = keyof typeof characters

/** Who of every ten is what. */
export const mixOfTen: readonly CharacterName[] = [
  'browser',
  'regular',
  'bargainHunter',
  'browser',
  'silent',
  'regular',
  'talker',
  'bargainHunter',
  'leaver',
  'browser',
]
