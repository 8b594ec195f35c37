import { DateTime } from 'luxon'
import { formatMoney } from '../platform/money.ts'
import { cutText } from './compose-cut.ts'
import type { MessageItem } from './message-items-store.ts'

// How values read in a template's language ('pt_BR').

const longestName = 80
const mostNames = 5

/** A product's name, cut at 80 characters: the whole text may have 1,024. */
export function wordName(name: string): string {
  const clean = name.replace(/\s+/g, ' ').trim()
  return clean.length <= longestName ? clean : `${cutText(clean, longestName - 1).trimEnd()}…`
}

/** "A, B and C"; from the sixth on they are counted: "A, B, C, D and E (+2)". */
export function wordList(entries: readonly string[], language: string): string {
  const list = new Intl.ListFormat(localeOf(language), { type: 'conjunction' })
  const named = list.format(entries.slice(0, mostNames))
  return entries.length > mostNames ? `${named} (+${entries.length - mostNames})` : named
}

export function wordNames(items: readonly MessageItem[], language: string): string {
  return wordList(
    items.map((item) => wordName(item.name)),
    language,
  )
}

/** "12,90 €"; '' where the product has no price. */
export function wordPrice(item: Pick<MessageItem, 'priceMinor' | 'currency'>, language: string): string {
  return item.priceMinor === null ? '' : formatMoney(item.priceMinor, item.currency, language)
}

/** 1000 basis points as "10%". */
export function wordPercent(bps: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language), { style: 'percent', maximumFractionDigits: 2 }).format(
    bps / 10_000,
  )
}

/** '2026-12-04' as "4 de dezembro de 2026". */
export function wordDay(day: string, language: string): string {
  return DateTime.fromISO(day, { zone: 'utc' })
    .setLocale(localeOf(language))
    .toLocaleString({ day: 'numeric', month: 'long', year: 'numeric' })
}

function localeOf(language: string): string {
  return language.replace('_', '-')
}
