import { DateTime } from 'luxon'
import { monotonicMs, type Clock } from '../../platform/clock.ts'
import { shopZone } from './calendar.ts'

/** Tells what happens, a line each, and keeps the books on what was claimed and what was found to be so. */
export interface Teller {
  chapter(title: string): void
  /** Something the merchant does. */
  shop(text: string): void
  /** Something people get or do. */
  people(text: string): void
  line(text: string): void
  /** A claim, with what was found: nothing is as it should be. */
  claim(text: string, faults: readonly string[]): void
  /** Prints the sum; true when every claim held. */
  end(): boolean
}

const mostFaultsShown = 5
const monthsInAll = 6

export function createTeller(clock: Clock, print: (line: string) => void): Teller {
  const began = monotonicMs()
  let held = 0
  const failed: string[] = []
  let month = ''
  let months = 0
  const now = (): DateTime => DateTime.fromJSDate(clock.now(), { zone: shopZone })
  const seconds = (): string => `${Math.round((monotonicMs() - began) / 1000)} s`
  const tell = (mark: string, text: string): void => {
    const today = now().setLocale('en')
    if (today.toFormat('MMMM') !== month) {
      month = today.toFormat('MMMM')
      months += 1
      print(
        `\n${month.toUpperCase()}   ${'█'.repeat(months)}${'░'.repeat(monthsInAll - months)}   ${seconds()} of real time`,
      )
    }
    print(`  ${today.toFormat('ccc dd HH:mm')}  ${mark} ${text}`)
  }
  return {
    chapter: (title) => print(`\n${title}`),
    shop: (text) => tell('■', text),
    people: (text) => tell(' ', text),
    line: (text) => print(`  ${text}`.trimEnd()),
    claim: (text, faults) => {
      if (faults.length === 0) held += 1
      else failed.push(text)
      print(`  ${faults.length === 0 ? '✓' : '✗ NOT SO:'} ${text}`)
      for (const fault of faults.slice(0, mostFaultsShown)) print(`      ${fault}`)
      if (faults.length > mostFaultsShown) print(`      … and ${faults.length - mostFaultsShown} more`)
    },
    end: () => {
      print(`\n${held} of ${held + failed.length} claims hold. Six months in ${seconds()} of real time.`)
      for (const claim of failed) print(`Not so: ${claim}`)
      return failed.length === 0
    },
  }
}
