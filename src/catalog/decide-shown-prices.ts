import type { WooProduct } from '../connectors/woocommerce/woo-product.ts'
import { parseMinor } from '../platform/money.ts'
import type { ChangeSource } from './product-changes.ts'
import type { Product } from './product.ts'
import { guessTax } from './guess-tax.ts'

export type ShownPrices = Pick<Product, 'priceMinor' | 'regularPriceMinor' | 'salePriceMinor'>

/**
 * What a consumer is shown a version of a product for. The shop's own word counts, if it is one about the product and not about a buyer: a
 * webhook that is delivered within a buyer's own request prices for where that buyer lives, so as long as the price typed in is the same,
 * what was known stays; a read always tells. Without a word (a variation read by REST) the tax is taken from what is known of the product
 * or its parent; when the word cannot be understood, what was typed in counts.
 */
export function decideShownPrices(
  incoming: WooProduct,
  { known, parent, source }: { known: Product | null; parent: Product | null; source: ChangeSource },
): ShownPrices {
  const { shownPrice: shown, priceMinor, regularPriceMinor, salePriceMinor } = incoming
  const entered = { priceMinor, regularPriceMinor, salePriceMinor }
  if (shown.kind === 'unsure' || priceMinor === null) return entered
  const isKnown = known?.priceEntered === incoming.priceEntered && known.currency === incoming.currency
  const knownMinor = isKnown && (shown.kind === 'unsaid' || source === 'webhook') ? known.priceMinor : null
  const shownMinor = knownMinor ?? (shown.kind === 'shown' ? shown.priceMinor : null)
  const withTax =
    shownMinor === null
      ? (taxOf(known, incoming) ?? taxOf(parent, incoming) ?? asEntered)
      : guessTax(priceMinor, shownMinor)
  const shownRegular =
    shown.kind === 'shown' && shownMinor === shown.priceMinor ? shown.regularPriceMinor : null
  return {
    priceMinor: shownMinor ?? withTax(priceMinor),
    regularPriceMinor: shownRegular ?? apply(withTax, regularPriceMinor),
    salePriceMinor:
      salePriceMinor === priceMinor && shownMinor !== null ? shownMinor : apply(withTax, salePriceMinor),
  }
}

type Priced = Pick<Product, 'priceMinor' | 'priceEntered' | 'currency'>

/**
 * Whether two prices cannot be compared: of two currencies, or of the same price typed in once as it is and once with tax added or taken
 * out. The shop has changed how it shows prices, or we how we read them; nobody has changed the price.
 */
export function isShownOtherwise(known: Priced, now: Priced): boolean {
  if (known.currency !== now.currency) return true
  if (known.priceMinor === now.priceMinor || known.priceEntered !== now.priceEntered) return false
  return isAsEntered(known) || isAsEntered(now)
}

function isAsEntered({ priceMinor, priceEntered, currency }: Priced): boolean {
  return priceEntered !== null && currency !== null && parseMinor(priceEntered, currency) === priceMinor
}

const asEntered = (minor: number): number => minor

function apply(withTax: (minor: number) => number, minor: number | null): number | null {
  return minor === null ? null : withTax(minor)
}

function taxOf(of: Product | null, incoming: WooProduct): ((minor: number) => number) | undefined {
  if (of === null || of.priceEntered === null || of.priceMinor === null) return undefined
  const entered = parseMinor(of.priceEntered, incoming.currency)
  const isTelling = entered !== undefined && entered > 0 && of.currency === incoming.currency
  return isTelling ? guessTax(entered, of.priceMinor) : undefined
}
