import { asFields, readInteger, readList, readOptionalText, readText } from './read-fields.ts'
import type { WooAnswer, WooClient } from './woo-client.ts'
import { parseProduct, type WooProduct } from './woo-product.ts'

// What we ask of a shop's REST interface (wc/v3), beyond the calls themselves.

export const pageSize = 100

export interface WooPage {
  kind: 'page'
  items: readonly unknown[]
  total: number | undefined
  pages: number
}

export type PageResult = WooPage | Exclude<WooAnswer, { kind: 'ok' }>

/** One page of a listing, by id so that pages stay stable while the shop changes. Dates compare in UTC. */
export async function listPage(
  client: WooClient,
  path: string,
  page: number,
  query: Readonly<Record<string, string | number | boolean>> = {},
): Promise<PageResult> {
  const answer = await client.get(`wc/v3/${path}`, {
    per_page: pageSize,
    page,
    orderby: 'id',
    order: 'asc',
    dates_are_gmt: true,
    ...query,
  })
  if (answer.kind !== 'ok') return answer
  const items = readList(answer.value)
  return {
    kind: 'page',
    items,
    total: answer.total,
    pages: answer.pages ?? (items.length < pageSize ? page : page + 1),
  }
}

export type ReadProduct =
  { kind: 'product'; product: WooProduct } | { kind: 'gone' } | { kind: 'unavailable'; reason: string }

/** A product as it is now. A variation is only found through its parent. */
export async function readProduct(
  client: WooClient,
  ids: { wcId: number; parentWcId: number | null },
  currency: string,
): Promise<ReadProduct> {
  const path =
    ids.parentWcId === null ? `products/${ids.wcId}` : `products/${ids.parentWcId}/variations/${ids.wcId}`
  const answer = await client.get(`wc/v3/${path}`)
  if (answer.kind === 'unavailable') return answer
  if (answer.kind === 'refused') {
    return isInvalidId(answer.code)
      ? { kind: 'gone' }
      : { kind: 'unavailable', reason: `${answer.code}: ${answer.message}` }
  }
  return toRead(answer.value, currency, ids.parentWcId)
}

/** Up to a hundred products by the shop's ids, or variations of one parent. */
export interface ProductsCall {
  parentWcId: number | null
  wcIds: readonly number[]
}

/**
 * Many products as they are now, by the shop's ids in their order; undefined when the shop does not answer. A listing leaves out what is
 * in the trash as well as what is gone, so those are asked for one by one.
 */
export async function readProducts(
  client: WooClient,
  { parentWcId, wcIds }: ProductsCall,
  currency: string,
): Promise<Map<number, ReadProduct> | undefined> {
  const path = parentWcId === null ? 'products' : `products/${parentWcId}/variations`
  const page = await listPage(client, path, 1, { include: wcIds.join(','), status: 'any' })
  const items = page.kind === 'page' ? page.items : []
  if (page.kind === 'unavailable' || (page.kind === 'refused' && !isInvalidId(page.code))) return undefined
  const listed = new Map(items.map((item) => [readInteger(asFields(item)?.id), item]))
  const reads = new Map<number, ReadProduct>()
  for (const wcId of wcIds) {
    const item = listed.get(wcId)
    const read =
      item === undefined
        ? await readProduct(client, { wcId, parentWcId }, currency)
        : toRead(item, currency, parentWcId)
    reads.set(wcId, read)
  }
  return reads
}

function toRead(value: unknown, currency: string, parentWcId: number | null): ReadProduct {
  const parsed = parseProduct(value, currency, parentWcId ?? undefined)
  return parsed.kind === 'product' ? parsed : { kind: 'unavailable', reason: parsed.reason }
}

// A 404 alone proves nothing: a shop whose permalinks or plugins are broken has no route to any product.
function isInvalidId(code: string): boolean {
  return /^woocommerce_rest_product(_variation)?_invalid(_parent)?_id$/.test(code)
}

export interface ShopInfo {
  name: string
  timeZone: string | null
  gmtOffsetHours: number | null
  currency: string | null
}

export async function readShopInfo(
  client: WooClient,
): Promise<ShopInfo | Exclude<WooAnswer, { kind: 'ok' }>> {
  const index = await client.get('', { _fields: 'name,gmt_offset,timezone_string' })
  if (index.kind !== 'ok') return index
  const currency = await client.get('wc/v3/settings/general/woocommerce_currency')
  const fields = asFields(index.value)
  return {
    name: readText(fields?.name),
    timeZone: readOptionalText(fields?.timezone_string),
    // Half and quarter hours exist.
    gmtOffsetHours: typeof fields?.gmt_offset === 'number' ? fields.gmt_offset : null,
    currency: currency.kind === 'ok' ? readOptionalText(asFields(currency.value)?.value) : null,
  }
}

export interface WooWebhook {
  id: number
  topic: string
  status: string
  deliveryUrl: string
}

export async function listWebhooks(
  client: WooClient,
): Promise<WooWebhook[] | Exclude<WooAnswer, { kind: 'ok' }>> {
  const webhooks: WooWebhook[] = []
  for (let page = 1; ; page++) {
    const answer = await listPage(client, 'webhooks', page)
    if (answer.kind !== 'page') return answer
    for (const item of answer.items) {
      const fields = asFields(item)
      const id = readInteger(fields?.id)
      if (fields === undefined || id === undefined) continue
      webhooks.push({
        id,
        topic: readText(fields.topic),
        status: readText(fields.status),
        deliveryUrl: readText(fields.delivery_url),
      })
    }
    if (page >= answer.pages) return webhooks
  }
}

export function createWebhook(
  client: WooClient,
  webhook: { topic: string; deliveryUrl: string; secret: string },
): Promise<WooAnswer> {
  return client.send('POST', 'wc/v3/webhooks', {
    name: `WhatsApp Commerce Hub: ${webhook.topic}`,
    topic: webhook.topic,
    delivery_url: webhook.deliveryUrl,
    secret: webhook.secret,
  })
}
