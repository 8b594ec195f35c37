import { IANAZone } from 'luxon'
import type { Fault } from '../platform/errors.ts'
import type { ShopSettings } from './shop-settings.ts'

/**
 * What no schema of single fields sees: hours that never open, zones that do not exist, a memory shorter than what rules look back on. Kept
 * out of the schema, since what was stored before a rule came must still be read.
 */
export function findSettingFaults(settings: ShopSettings): Fault[] {
  return [
    ...findShopFaults(settings.shop),
    ...findWindowFaults(settings.sendWindow),
    ...findCountryFaults(settings),
    ...findMemoryFaults(settings),
    ...(settings.dailyRun.at === '24:00'
      ? [{ where: 'dailyRun.at', message: 'must be a time of the day, 00:00 to 23:59' }]
      : []),
  ]
}

function findShopFaults({ name, timeZone, language }: ShopSettings['shop']): Fault[] {
  return [
    ...(name === undefined || isPlain(name)
      ? []
      : [{ where: 'shop.name', message: 'must be plain text without control characters' }]),
    ...(timeZone === undefined || isZone(timeZone)
      ? []
      : [{ where: 'shop.timeZone', message: `must be a known time zone such as Europe/Lisbon` }]),
    ...(language === undefined || /^[a-z]{2,3}([_-][A-Za-z]{2,4})?$/.test(language)
      ? []
      : [{ where: 'shop.language', message: 'must be a language such as en or pt_BR' }]),
  ]
}

// PostgreSQL takes neither U+0000 nor half a character, and no name has a line break.
const isPlain = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text)

// '+02:00' is a zone to some runtimes, but knows no summer.
const isZone = (name: string): boolean => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name)

function findWindowFaults({ opens, closes, byCountry }: ShopSettings['sendWindow']): Fault[] {
  const shop =
    opens < closes ? [] : [{ where: 'sendWindow.closes', message: `must be later than it opens (${opens})` }]
  const neverOpen = Object.entries(byCountry)
    .filter(([, rule]) => new Set(rule.closedWeekdays).size === 7)
    .map(([country]) => ({
      where: `sendWindow.byCountry.${country}.closedWeekdays`,
      message: 'must leave at least one weekday open',
    }))
  return [...shop, ...neverOpen]
}

function findCountryFaults({ sendWindow, consent }: ShopSettings): Fault[] {
  const named = [
    ...Object.keys(sendWindow.byCountry).map((country) => ({ country, where: 'sendWindow.byCountry' })),
    ...consent.doubleOptInCountries.map((country) => ({ country, where: 'consent.doubleOptInCountries' })),
  ]
  return named
    .filter(({ country }) => !/^[A-Z]{2}$/.test(country))
    .map(({ where }) => ({ where, message: 'must name countries by two capital letters, such as PT' }))
}

// No cap looks back further than 60 days; a streak of unanswered win-backs is at least this long, and then comes the rest.
const capDays = 60

function findMemoryFaults({ retention, winBack, results }: ShopSettings): Fault[] {
  const streakDays = winBack.spacingDays * (winBack.afterUnanswered - 1) + winBack.restDays
  const needs = [
    { days: capDays, why: 'the caps look back so far' },
    { days: streakDays, why: 'a rest after unanswered win-backs (winBack) takes so long to count' },
    {
      days: Math.max(results.clickDays, results.viewThroughDays, results.liftDays),
      why: 'an order is put down to messages of that time (results)',
    },
  ]
  return needs
    .filter((need) => retention.decisionDays < need.days)
    .map(({ days, why }) => ({
      where: 'retention.decisionDays',
      message: `must be at least ${days}: ${why}`,
    }))
}
