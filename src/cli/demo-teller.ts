import { DateTime } from 'luxon'
import { monotonicMs, type Clock } from '../platform/clock.ts'

/** Tells what happens, line by line with the shop's time, and keeps the books on what was claimed and what was seen. */
export interface Teller {
  chapter(title: string): void
  says(who: string, text: string): void
  happens(text: string): void
  /** A claim, with what was seen to prove it. */
  sees(claim: string, isSo: boolean): void
  /** Prints the sum; true when every claim was so. */
  end(): boolean
}

export function createTeller(clock: Clock, print: (line: string) => void): Teller {
  const began = monotonicMs()
  const claims = { seen: 0, missed: 0 }
  const time = (): string => DateTime.fromJSDate(clock.now(), { zone: 'Europe/Lisbon' }).toFormat('ccc HH:mm')
  return {
    chapter: (title) => print(`\n${title}`),
    says: (who, text) => print(`  ${time()}  ${who.padEnd(9)} » ${text.replace(/\s+/g, ' ')}`),
    happens: (text) => print(`  ${time()}  ${text}`),
    sees: (claim, isSo) => {
      claims[isSo ? 'seen' : 'missed']++
      print(`  ${time()}  ${isSo ? '✓' : '✗ NOT SO:'} ${claim}`)
    },
    end: () => {
      const seconds = ((monotonicMs() - began) / 1000).toFixed(1)
      print(`\n${claims.seen} of ${claims.seen + claims.missed} claims seen, in ${seconds} s of real time.`)
      return claims.missed === 0
    },
  }
}
