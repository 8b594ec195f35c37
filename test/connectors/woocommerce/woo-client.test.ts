import { describe, expect, test } from 'vitest'
import { signQuery } from '../../../src/connectors/woocommerce/oauth.ts'
import {
  createWebhook,
  listPage,
  listWebhooks,
  readProduct,
  readShopInfo,
} from '../../../src/connectors/woocommerce/woo-shop.ts'
import { createSmallShop, type ShopAnswer } from './small-shop.ts'

const errorBody = (code: string, status: number): ShopAnswer => ({
  status,
  body: { code, message: 'Sorry.', data: { status } },
})

describe('signing in', () => {
  test('over plain http each call is signed, and no secret travels', async () => {
    await using shop = await createSmallShop(() => ({ body: [] }), 'auto')
    await shop.client.get('wc/v3/products', { sku: 'A-1,B 2&c', per_page: 5 })
    const [call] = shop.calls
    const { oauth_signature: signature, ...query } = Object.fromEntries(call!.query)
    const expected = signQuery(
      {
        method: 'GET',
        url: `${shop.storeUrl}/wp-json/wc/v3/products`,
        query: { sku: 'A-1,B 2&c', per_page: 5 },
        timestamp: Number(query.oauth_timestamp),
        nonce: query.oauth_nonce!,
      },
      { consumerKey: 'ck_x', consumerSecret: 'cs_y' },
    )
    expect(signature).toBe(expected.oauth_signature)
    expect(call!.authorization).toBeUndefined()
    expect(JSON.stringify(query)).not.toContain('cs_y')
  })

  test('by header or query where that is asked for', async () => {
    await using byHeader = await createSmallShop(() => ({ body: [] }), 'basic')
    await byHeader.client.get('wc/v3/products')
    expect(byHeader.calls[0]?.authorization).toBe('Basic Y2tfeDpjc195')
    await using byQuery = await createSmallShop(() => ({ body: [] }), 'query')
    await byQuery.client.get('wc/v3/products')
    expect(byQuery.calls[0]?.query.get('consumer_secret')).toBe('cs_y')
  })
})

describe('a shop that has trouble', () => {
  test('is never called more than twice at once', async () => {
    // Each call is answered when another one is there: with one at a time this would never end.
    const waiting: (() => void)[] = []
    await using shop = await createSmallShop(async () => {
      const other = waiting.shift()
      if (other === undefined) await new Promise<void>((resolve) => waiting.push(resolve))
      else other()
      return { body: [] }
    })
    await Promise.all(Array.from({ length: 12 }, (_, at) => shop.client.get(`wc/v3/products/${at}`)))
    expect(shop.calls).toHaveLength(12)
    expect(shop.busiest()).toBe(2)
  })

  test.each([429, 503])('is left alone for a while when it answers %d', async (status) => {
    let calls = 0
    await using shop = await createSmallShop(() =>
      ++calls < 3 ? { status, text: 'busy' } : { body: { id: 1 } },
    )
    expect(await shop.client.get('wc/v3/products/1')).toMatchObject({ kind: 'ok', value: { id: 1 } })
    expect(shop.pauses).toEqual([1_000, 4_000])
  })

  test('a write that was cut off is not made again', async () => {
    await using shop = await createSmallShop(() => undefined)
    expect(await shop.client.send('POST', 'wc/v3/webhooks', {})).toMatchObject({ kind: 'unavailable' })
    expect(shop.calls).toHaveLength(1)
  })

  test('its refusals keep their code, and pages of HTML are no answer', async () => {
    await using shop = await createSmallShop(({ path }) => {
      if (path.endsWith('/wall')) return { status: 403, text: '<html>Forbidden</html>' }
      if (path.endsWith('/maintenance')) return { text: '<!doctype html>Back soon' }
      if (path.endsWith('/noisy')) return { text: '\uFEFF<b>Notice</b>: [x] in y\n{"id":1}' }
      return errorBody('woocommerce_rest_authentication_error', 401)
    })
    expect(await shop.client.get('wc/v3/keys')).toEqual({
      kind: 'refused',
      status: 401,
      code: 'woocommerce_rest_authentication_error',
      message: 'Sorry.',
    })
    expect((await shop.client.get('wc/v3/wall')).kind).toBe('unavailable')
    expect(await shop.client.get('wc/v3/maintenance')).toEqual({ kind: 'unavailable', reason: 'html_body' })
    expect(await shop.client.get('wc/v3/noisy')).toMatchObject({ kind: 'ok', value: { id: 1 } })
  })

  test('a product is gone only when the shop says that there is none', async () => {
    let answer = errorBody('woocommerce_rest_product_invalid_id', 404)
    await using shop = await createSmallShop(() => answer)
    const read = (): Promise<{ kind: string }> =>
      readProduct(shop.client, { wcId: 7, parentWcId: null }, 'EUR')
    expect(await read()).toEqual({ kind: 'gone' })
    answer = errorBody('rest_no_route', 404)
    expect((await read()).kind).toBe('unavailable')
    answer = { status: 404, text: '<html>Not found</html>' }
    expect((await read()).kind).toBe('unavailable')
  })
})

describe('asking a shop', () => {
  test('pages are asked for in a stable order, with dates in UTC', async () => {
    await using shop = await createSmallShop(() => ({
      body: [{ id: 1 }],
      headers: { 'X-WP-Total': '201', 'X-WP-TotalPages': '3' },
    }))
    const page = await listPage(shop.client, 'products', 2, { status: 'any' })
    expect(page).toEqual({ kind: 'page', items: [{ id: 1 }], total: 201, pages: 3 })
    expect(Object.fromEntries(shop.calls[0]!.query)).toEqual({
      per_page: '100',
      page: '2',
      orderby: 'id',
      order: 'asc',
      dates_are_gmt: 'true',
      status: 'any',
    })
  })

  test('a variation is asked for through its parent', async () => {
    await using shop = await createSmallShop(() =>
      errorBody('woocommerce_rest_product_variation_invalid_id', 404),
    )
    expect(await readProduct(shop.client, { wcId: 42, parentWcId: 41 }, 'EUR')).toEqual({ kind: 'gone' })
    expect(shop.calls[0]?.path).toBe('/wp-json/wc/v3/products/41/variations/42')
  })

  test('who it is, in which zone and currency; half an hour of offset is kept', async () => {
    await using shop = await createSmallShop(({ path }) =>
      path.endsWith('/woocommerce_currency')
        ? { body: { id: 'woocommerce_currency', value: 'INR' } }
        : { body: { name: 'Rig Shop', gmt_offset: 5.5, timezone_string: '' } },
    )
    expect(await readShopInfo(shop.client)).toEqual({
      name: 'Rig Shop',
      timeZone: null,
      gmtOffsetHours: 5.5,
      currency: 'INR',
    })
  })

  test('its webhooks over all pages, and a new one with its secret', async () => {
    await using shop = await createSmallShop(({ method, query }) =>
      method === 'POST'
        ? { status: 201, body: { id: 9 } }
        : {
            body: [
              {
                id: Number(query.get('page')),
                topic: 'product.updated',
                status: 'disabled',
                delivery_url: 'x',
              },
            ],
            headers: { 'x-wp-totalpages': '2' },
          },
    )
    expect(await listWebhooks(shop.client)).toMatchObject([{ id: 1, status: 'disabled' }, { id: 2 }])
    const webhook = { topic: 'order.updated', deliveryUrl: 'https://hub.example/x', secret: 's' }
    expect(await createWebhook(shop.client, webhook)).toMatchObject({ kind: 'ok' })
    expect(JSON.parse(shop.calls.at(-1)!.body)).toMatchObject({
      topic: 'order.updated',
      delivery_url: 'https://hub.example/x',
      secret: 's',
    })
  })
})
