import { z } from 'zod'
import { findShopByKey, listShops } from '../../shops/shop-store.ts'
import type { Sql } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id } from './fields.ts'

export const shop = z.strictObject({
  id,
  key: z.string().meta({ description: 'What ?shop= and the webhook address call it.' }),
  name: z.string(),
  timeZone: z.string(),
  currency: z.string(),
  country: z.string(),
  language: z.string(),
  storeUrl: z.string().nullable(),
  allowedOrigins: z
    .array(z.string())
    .meta({ description: 'Whose pages may report views and ask for alerts.' }),
  isSandbox: z.boolean(),
})

export function shopEndpoints({ db }: { db: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/shops',
      summary: 'The shops of this installation',
      tag: 'shops',
      answer: z.strictObject({ items: z.array(shop) }),
      handle: async () => ({ items: await listShops(db) }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/shops/:key',
      summary: 'One shop',
      tag: 'shops',
      params: z.strictObject({ key: z.string() }),
      answer: shop,
      handle: async ({ params }) => {
        const found = await findShopByKey(db, params.key)
        if (found === undefined) throw new Problem(404, 'shop_not_found', 'There is no such shop')
        return found
      },
    }),
  ]
}
