/** How the shop shows prices: its settings for currency and tax. */
export interface PriceDisplay {
  /** Of the consumer's tax. */
  taxRateBps: number
  taxDisplay: 'incl' | 'excl'
  /** What follows a price, such as "incl. VAT"; '': nothing. */
  suffix: string
  position: 'left' | 'right' | 'left_space' | 'right_space'
  thousandSeparator: string
  decimalSeparator: string
  decimals: number
}

export const plainPriceDisplay: PriceDisplay = {
  taxRateBps: 0,
  taxDisplay: 'incl',
  suffix: '',
  position: 'left',
  thousandSeparator: ',',
  decimalSeparator: '.',
  decimals: 2,
}

/** A price as typed in, brought to what is shown. */
export function shownAmount(entered: string, display: PriceDisplay, pricesIncludeTax: boolean): number {
  const amount = Number(entered)
  const isShownWith = display.taxDisplay === 'incl'
  if (isShownWith === pricesIncludeTax) return amount
  const factor = 1 + display.taxRateBps / 10_000
  return isShownWith ? amount * factor : amount / factor
}

export interface PriceTag {
  /** Lowest and highest, as shown; the same but for a product with variations. */
  from: number
  to: number
  /** Struck out beside it. */
  regular: number | null
}

/** As WooCommerce 11 writes it. */
export function writePriceHtml(tag: PriceTag, display: PriceDisplay, currency: string): string {
  const suffix =
    display.suffix === '' ? '' : ` <small class="woocommerce-price-suffix">${display.suffix}</small>`
  const price = (amount: number, attributes = ''): string => amountHtml(amount, display, currency, attributes)
  const plain = (amount: number): string => amountText(amount, display, currency)
  if (tag.from !== tag.to) {
    const hidden = ' aria-hidden="true"'
    return `${price(tag.from, hidden)} <span aria-hidden="true">&ndash;</span> ${price(tag.to, hidden)}<span class="screen-reader-text">Price range: ${plain(tag.from)} through ${plain(tag.to)}</span>${suffix}`
  }
  if (tag.regular === null) return price(tag.from) + suffix
  return `<del aria-hidden="true">${price(tag.regular)}</del> <span class="screen-reader-text">Original price was: ${plain(tag.regular)}.</span><ins aria-hidden="true">${price(tag.from)}</ins><span class="screen-reader-text">Current price is: ${plain(tag.from)}.</span>${suffix}`
}

function amountHtml(amount: number, display: PriceDisplay, currency: string, attributes: string): string {
  const symbol = `<span class="woocommerce-Price-currencySymbol" translate="no">${symbolOf(currency)}</span>`
  return `<span class="woocommerce-Price-amount amount"${attributes}><bdi>${place(symbol, amount, display)}</bdi></span>`
}

function amountText(amount: number, display: PriceDisplay, currency: string): string {
  return place(symbolOf(currency), amount, display)
}

function place(symbol: string, amount: number, display: PriceDisplay): string {
  const number = writeNumber(amount, display)
  switch (display.position) {
    case 'left':
      return symbol + number
    case 'right':
      return number + symbol
    case 'left_space':
      return `${symbol}&nbsp;${number}`
    case 'right_space':
      return `${number}&nbsp;${symbol}`
  }
}

function writeNumber(
  amount: number,
  { decimals, decimalSeparator, thousandSeparator }: PriceDisplay,
): string {
  // As PHP rounds: half away from zero, whatever the binary fraction.
  const [whole = '', fraction] = (Math.round(Number(`${amount}e${decimals}`)) / 10 ** decimals)
    .toFixed(decimals)
    .split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousandSeparator)
  return fraction === undefined ? grouped : grouped + decimalSeparator + fraction
}

const symbols: Readonly<Record<string, string>> = {
  EUR: '&euro;',
  USD: '&#36;',
  GBP: '&pound;',
  BRL: '&#82;&#36;',
  INR: '&#8377;',
  JPY: '&yen;',
  CHF: '&#67;&#72;&#70;',
  SEK: '&#107;&#114;',
  DKK: 'kr.',
  IDR: 'Rp',
  AED: '&#x62f;.&#x625;',
  PEN: 'S/',
}

function symbolOf(currency: string): string {
  return symbols[currency] ?? currency
}
