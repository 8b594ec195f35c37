import { parseMinor } from '../../platform/money.ts'
import {
  asFields,
  readGmt,
  readHtml,
  readId,
  readList,
  readOptionalText,
  readQuantity,
  readText,
  type Fields,
} from './read-fields.ts'
import { readShownPrice, type ShownPrice } from './shown-price.ts'

/** A product or variation as the shop has it now. Money in the shop's currency, which product payloads do not name. */
export interface WooProduct {
  wcId: number
  kind: 'simple' | 'variable' | 'variation' | 'grouped' | 'external' | 'other'
  parentWcId: number | null
  status: string
  isVisible: boolean
  name: string
  sku: string | null
  translationGroup: string | null
  permalink: string | null
  imageUrl: string | null
  description: string | null
  attributes: { name: string; option: string }[]
  categoryIds: number[]
  currency: string
  /** As typed in, which is not always what a consumer is shown. */
  priceMinor: number | null
  regularPriceMinor: number | null
  salePriceMinor: number | null
  priceEntered: string | null
  shownPrice: ShownPrice
  saleFrom: Date | null
  saleTo: Date | null
  stockManagedBy: 'own' | 'parent' | 'none'
  stockQuantity: number | null
  stockStatus: string
  minQuantity: number
  lowStockAmount: number | null
  createdAt: Date
  modifiedAt: Date
}

export type ParsedProduct = { kind: 'product'; product: WooProduct } | { kind: 'odd'; reason: string }

/** Never throws. `parentWcId`: given when read through the parent's path, where older versions leave it out. */
export function parseProduct(value: unknown, currency: string, parentWcId?: number): ParsedProduct {
  const fields = asFields(value)
  if (fields === undefined) return { kind: 'odd', reason: 'not_an_object' }
  const wcId = readId(fields.id)
  if (wcId === undefined) return { kind: 'odd', reason: 'no_id' }
  const modifiedAt = readGmt(fields.date_modified_gmt) ?? readGmt(fields.date_created_gmt)
  if (modifiedAt === null) return { kind: 'odd', reason: 'no_date_modified_gmt' }
  const prices = readPrices(fields, currency)
  if (prices === undefined) return { kind: 'odd', reason: 'unreadable_price' }
  const parent = readId(fields.parent_id) ?? parentWcId
  const isVariation = fields.type === 'variation' || (parentWcId !== undefined && fields.type === undefined)
  const kind = isVariation ? 'variation' : readKind(fields.type)
  const mayBeRange = kind === 'variable' || kind === 'grouped'
  return {
    kind: 'product',
    product: {
      wcId,
      kind,
      parentWcId: isVariation ? (parent ?? null) : null,
      status: readOptionalText(fields.status) ?? 'publish',
      isVisible: fields.catalog_visibility !== 'hidden',
      name: readHtml(fields.name) || `#${wcId}`,
      sku: readOptionalText(fields.sku),
      translationGroup: readTranslationGroup(fields, wcId),
      permalink: readOptionalText(fields.permalink),
      imageUrl: readImage(fields),
      description: readDescription(fields),
      attributes: readAttributes(fields),
      categoryIds: readList(fields.categories).flatMap((category) => readId(asFields(category)?.id) ?? []),
      currency,
      ...prices,
      priceEntered: readOptionalText(fields.price),
      shownPrice: readShownPrice(fields.price_html, prices, { currency, mayBeRange }),
      saleFrom: readGmt(fields.date_on_sale_from_gmt),
      saleTo: readGmt(fields.date_on_sale_to_gmt),
      ...readStock(fields, isVariation),
      createdAt: readGmt(fields.date_created_gmt) ?? modifiedAt,
      modifiedAt,
    },
  }
}

function readKind(type: unknown): WooProduct['kind'] {
  switch (type) {
    case 'simple':
    case 'variable':
    case 'grouped':
    case 'external':
      return type
    default:
      return 'other'
  }
}

type Prices = Pick<WooProduct, 'priceMinor' | 'regularPriceMinor' | 'salePriceMinor'>

// "" means none. What is no number is a fault of the shop's, and no reason to take the product for one without a price.
function readPrices(fields: Fields, currency: string): Prices | undefined {
  const [priceMinor, regularPriceMinor, salePriceMinor] = ['price', 'regular_price', 'sale_price'].map(
    (name) => {
      const text = readText(fields[name]).trim()
      return text === '' ? null : parseMinor(text, currency)
    },
  )
  if (priceMinor === undefined || regularPriceMinor === undefined || salePriceMinor === undefined)
    return undefined
  return { priceMinor, regularPriceMinor, salePriceMinor }
}

// `manage_stock` decides, never the quantity: unmanaged variations answer 0 in some versions and null in others, and a variation
// managed by its parent answers the parent's quantity.
function readStock(
  fields: Fields,
  isVariation: boolean,
): Pick<WooProduct, 'stockManagedBy' | 'stockQuantity' | 'stockStatus' | 'minQuantity' | 'lowStockAmount'> {
  const byParent = isVariation && fields.manage_stock === 'parent'
  const byItself = fields.manage_stock === true || fields.manage_stock === 'yes'
  // Kept by the extension Min/Max Quantities.
  const minimumKey = isVariation ? 'variation_minimum_allowed_quantity' : 'minimum_allowed_quantity'
  const minimum = readList(fields.meta_data)
    .map(asFields)
    .find((meta) => meta?.key === minimumKey)
  return {
    stockManagedBy: byParent ? 'parent' : byItself ? 'own' : 'none',
    stockQuantity: byItself ? (readQuantity(fields.stock_quantity) ?? null) : null,
    stockStatus: readOptionalText(fields.stock_status) ?? 'instock',
    minQuantity: Math.max(1, readQuantity(minimum?.value) ?? 1),
    lowStockAmount: readQuantity(fields.low_stock_amount) ?? null,
  }
}

function readImage(fields: Fields): string | null {
  const image = asFields(readList(fields.images)[0]) ?? asFields(fields.image)
  return readOptionalText(image?.src)
}

function readDescription(fields: Fields): string | null {
  const text = readHtml(fields.short_description) || readHtml(fields.description)
  return text === '' ? null : text.slice(0, 5000)
}

function readAttributes(fields: Fields): WooProduct['attributes'] {
  return readList(fields.attributes).flatMap((value) => {
    const attribute = asFields(value)
    const name = readHtml(attribute?.name)
    const option = readHtml(attribute?.option)
    return name === '' || option === '' ? [] : [{ name, option }]
  })
}

// Polylang and WPML add `translations`: an object of language and product id. The smallest id stands for all.
function readTranslationGroup(fields: Fields, wcId: number): string | null {
  const translations = asFields(fields.translations)
  if (translations === undefined) return null
  const ids = Object.values(translations).flatMap((id) => readId(id) ?? [])
  return ids.length === 0 ? null : String(Math.min(wcId, ...ids))
}
