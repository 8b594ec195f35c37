// Money is an integer number of the currency's smallest unit; a decimal text never becomes a floating-point number.

const digitsOf = new Map<string, number>()

/** 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217, as the runtime knows it). */
export function currencyDigits(currency: string): number {
  let digits = digitsOf.get(currency)
  if (digits === undefined) {
    digits =
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2
    digitsOf.set(currency, digits)
  }
  return digits
}

const known = new Set(Intl.supportedValuesOf('currency'))

/** Whether the runtime knows it (ISO 4217), and so how many decimals its amounts have. */
export function isKnownCurrency(currency: string): boolean {
  return known.has(currency)
}

/**
 * "19", "27.5", "12.90" in minor units, rounded half away from zero where the shop keeps more places; undefined for anything that is
 * not such a number ("", "1.234,56", "free").
 */
export function parseMinor(text: string, currency: string): number | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{0,10}))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  const digits = currencyDigits(currency)
  const kept = fraction.padEnd(digits, '0').slice(0, digits)
  const roundsUp = (fraction[digits] ?? '0') >= '5' ? 1 : 0
  const minor = Number(whole + kept) + roundsUp
  return sign === '-' && minor !== 0 ? -minor : minor
}

/** 1290 EUR as "12.90": the form in which WooCommerce and Meta take it. */
export function toDecimal(minor: number, currency: string): string {
  const digits = currencyDigits(currency)
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const sign = minor < 0 ? '-' : ''
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** As a person of that language reads it: "12,90 €". `locale` in the template's spelling ('pt_BR') or BCP 47. */
export function formatMoney(minor: number, currency: string, locale: string): string {
  // The number goes in as text, which Intl reads exactly; the spaces it puts in are narrow or non-breaking ones.
  return formatOf(currency, locale)
    .format(toDecimal(minor, currency) as Intl.StringNumericLiteral)
    .replace(/[\u00a0\u202f]/g, ' ')
}

const formats = new Map<string, Intl.NumberFormat>()

// Making a format takes thirty times as long as using it. There are few: the languages of templates and the currencies of shops.
function formatOf(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale.replace('_', '-'), { style: 'currency', currency })
    formats.set(key, format)
  }
  return format
}
