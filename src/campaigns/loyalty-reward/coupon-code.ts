import { createHmac } from 'node:crypto'

// No vowels, so that no words come out, and nothing that is mistaken for another letter or digit.
const letters = 'cdfghjkmnpqrtvwxy'
const signs = `${letters}34679`
const length = 12

/**
 * The code of a candidacy's coupon: 12 letters and digits (WhatsApp's copy button takes 15), keyed with something only this person has
 * (people.public_id), so that nobody works out another's from their own. `draw` counts from 0: each gives another code.
 */
export function couponCodeOf(about: { candidacyId: number; personKey: string }, draw: number): string {
  const digest = createHmac('sha256', about.personKey).update(`coupon:${about.candidacyId}:${draw}`).digest()
  return Array.from({ length }, (_, at) => {
    // It begins with a letter: a spreadsheet would turn digits into a number.
    const from = at === 0 ? letters : signs
    return from[digest.readUInt16BE(at * 2) % from.length] ?? ''
  }).join('')
}

const mostDraws = 100

/** The code after this one. */
export function nextCouponCode(about: { candidacyId: number; personKey: string }, code: string): string {
  const draws = Array.from({ length: mostDraws }, (_, draw) => draw)
  const draw = draws.find((one) => couponCodeOf(about, one) === code) ?? mostDraws
  return couponCodeOf(about, draw + 1)
}
