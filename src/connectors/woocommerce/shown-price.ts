import { parseMinor } from '../../platform/money.ts'
import { readHtml } from './read-fields.ts'

/**
 * What a consumer is shown a product for: with tax where the shop shows prices so, whatever was typed in. Only the shop's own markup says
 * it; variations read by REST come without (`unsaid`), and what plugins make of it is not always to be understood (`unsure`).
 */
export type ShownPrice =
  | { kind: 'shown'; priceMinor: number; regularPriceMinor: number | null }
  | { kind: 'unsaid' }
  | { kind: 'unsure'; reason: 'no_amount' | 'several_amounts' | 'unlike_entered' }

/** As typed in by the merchant, in minor units. */
export interface EnteredPrices {
  priceMinor: number | null
  regularPriceMinor: number | null
}

const longestHtml = 10_000

/**
 * Reads `price_html` of any language and theme. What its digits mean is known from the amount that was typed in: tax makes no price half
 * or double of it, another reading of the separators is off by ten. `mayBeRange`: a product that costs "from … to": the lowest counts.
 */
export function readShownPrice(
  html: unknown,
  entered: EnteredPrices,
  { currency, mayBeRange }: { currency: string; mayBeRange: boolean },
): ShownPrice {
  const enteredMinor = entered.priceMinor
  if (typeof html !== 'string' || enteredMinor === null) return { kind: 'unsaid' }
  const { now, before } = cut(html.slice(0, longestHtml))
  const amounts = amountsIn(now)
  if (amounts.length === 0) return { kind: 'unsure', reason: 'no_amount' }
  const read = amounts.map((text) => readAmount(text, enteredMinor, currency))
  const priceMinor = mayBeRange ? read.find((minor) => minor !== undefined) : oneOf(read)
  if (priceMinor === null) return { kind: 'unsure', reason: 'several_amounts' }
  if (priceMinor === undefined) return { kind: 'unsure', reason: 'unlike_entered' }
  const isReduced = entered.regularPriceMinor !== enteredMinor
  const regularPriceMinor = isReduced ? readRegular(before, entered, currency) : priceMinor
  return { kind: 'shown', priceMinor, regularPriceMinor }
}

function readRegular(struck: string, { regularPriceMinor }: EnteredPrices, currency: string): number | null {
  const [amount] = amountsIn(struck)
  if (regularPriceMinor === null || amount === undefined) return null
  return readAmount(amount, regularPriceMinor, currency) ?? null
}

/** Null: they differ. */
function oneOf(read: readonly (number | undefined)[]): number | undefined | null {
  return new Set(read).size === 1 ? read[0] : null
}

// A sale strikes the old price out and underlines the new one. The suffix ("incl. VAT") may name further amounts, and what is there for
// screen readers says all of it again.
function cut(html: string): { now: string; before: string } {
  const said = html
    .replace(/<small\b[^>]*>[\s\S]*?<\/small>/gi, ' ')
    .replace(/<span\b[^>]*\bscreen-reader-text\b[^>]*>[\s\S]*?<\/span>/gi, ' ')
    .replace(/<span\b[^>]*\bwoocommerce-Price-currencySymbol\b[^>]*>[\s\S]*?<\/span>/gi, ' ')
  const within = (name: string): string =>
    new RegExp(`<${name}\\b[^>]*>([\\s\\S]*?)</${name}>`, 'i').exec(said)?.[1] ?? ''
  const inserted = within('ins')
  return {
    now: inserted === '' ? said.replace(/<del\b[^>]*>[\s\S]*?<\/del>/gi, ' ') : inserted,
    before: within('del'),
  }
}

/** The texts of the amounts, without their currency; of markup that does not mark them, the runs of digits. */
function amountsIn(html: string): string[] {
  const marked = [...html.matchAll(/<span\b[^>]*\bamount\b[^>]*>([\s\S]*?)<\/span>/gi)]
  const texts = marked.length === 0 ? [html] : marked.map(([, inner = '']) => inner)
  return texts.flatMap((text) => latinDigits(readHtml(text)).match(run) ?? [])
}

const run = /\d+(?:[\s.,'’٬٫·]\d+)*/gu
// The zeros of the scripts that plugins write prices in.
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6]

function latinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0
    const zero = zeros.find((one) => code >= one && code < one + 10)
    return zero === undefined ? digit : String(code - zero)
  })
}

function readAmount(text: string, enteredMinor: number, currency: string): number | undefined {
  const groups = text.split(/\D+/)
  const readings = [groups.join(''), `${groups.slice(0, -1).join('')}.${groups.at(-1) ?? ''}`]
  return readings
    .map((reading) => parseMinor(reading, currency))
    .find((minor) => minor !== undefined && isLike(minor, enteredMinor))
}

function isLike(shownMinor: number, enteredMinor: number): boolean {
  return shownMinor * 2 >= enteredMinor && shownMinor <= enteredMinor * 2
}
