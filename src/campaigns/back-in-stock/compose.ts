import type { Content, TemplateContent } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { formatMoney } from '../../platform/money.ts'
import type { Shop } from '../../shops/shop.ts'
import type { PersonFacts } from '../person-facts.ts'
import { templateLanguages } from '../template-languages.ts'
import { loadItem, type Item } from './item-store.ts'

export interface Announcement {
  shop: Shop
  person: PersonFacts
  /** The items that are back, the highest-ranking first. */
  productIds: readonly number[]
  isAlert: boolean
  now: Date
}

const dayMs = 86_400_000

/** What is sent: a template; a free text where Meta's stop forbids templates and the person's own 24 hours run. */
export async function composeBackInStock(sql: Sql, about: Announcement): Promise<Content> {
  const items: Item[] = []
  for (const productId of new Set(about.productIds)) items.push(await loadItem(sql, productId))
  const [first, ...others] = items
  if (first === undefined) throw new Error('A back-in-stock message names no product.')
  if (about.person.metaStop && isWithin24Hours(about)) return composeFreeText(about.shop, items)
  return others.length === 0 ? composeOne(about, first) : composeSeveral(about, first, items)
}

function isWithin24Hours({ person, now }: Announcement): boolean {
  return person.lastInboundAt !== null && now.getTime() - person.lastInboundAt.getTime() < dayMs
}

function composeFreeText(shop: Shop, items: readonly Item[]): Content {
  const lines = items.map((item) => `${item.name}: ${item.permalink ?? shop.storeUrl ?? ''}`)
  return { kind: 'text', body: [`${shop.name} ✓`, ...lines].join('\n').slice(0, 4096) }
}

function composeOne(about: Announcement, item: Item): TemplateContent {
  const languages = templateLanguages(about.person, about.shop.language)
  return {
    kind: 'template',
    name: about.isAlert ? 'back_in_stock_alert' : 'back_in_stock',
    languages,
    parameters: {
      first_name: about.person.firstName ?? '',
      product_name: item.name,
      shop_name: about.shop.name,
      price: priceOf(item, languages[0] ?? 'en'),
    },
    ...looksOf(about.shop, item),
  }
}

function composeSeveral(about: Announcement, first: Item, items: readonly Item[]): TemplateContent {
  return {
    kind: 'template',
    name: 'back_in_stock_several',
    languages: templateLanguages(about.person, about.shop.language),
    parameters: {
      first_name: about.person.firstName ?? '',
      product_names: items.map((item) => item.name).join(', '),
      shop_name: about.shop.name,
    },
    ...looksOf(about.shop, first),
  }
}

function priceOf(item: Item, language: string): string {
  return item.priceMinor === null || item.currency === null
    ? ''
    : formatMoney(item.priceMinor, item.currency, language)
}

function looksOf(shop: Shop, item: Item): Pick<TemplateContent, 'headerImageUrl' | 'urlSuffix'> {
  return {
    headerImageUrl: item.imageUrl ?? findPlaceholder(shop),
    urlSuffix: findSuffix(shop.storeUrl, item),
  }
}

// WooCommerce's own picture for products without one; the templates' header asks for a picture in every message.
function findPlaceholder(shop: Shop): string {
  return `${shop.storeUrl?.replace(/\/+$/, '') ?? ''}/wp-content/plugins/woocommerce/assets/images/placeholder.png`
}

// The template's button leads to the shop's address and takes the rest of the product's; WordPress finds a product by ?p= as well.
function findSuffix(storeUrl: string | null, item: Item): string {
  const base = storeUrl === null ? undefined : `${storeUrl.replace(/\/+$/, '')}/`
  const isBelow =
    base !== undefined && item.permalink?.startsWith(base) === true && item.permalink.length > base.length
  return isBelow ? (item.permalink?.slice(base.length) ?? '') : `?p=${item.wcId}`
}
