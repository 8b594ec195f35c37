import { z } from 'zod'
import { Problem } from '../../platform/web.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, text, time, yesOrNo } from './fields.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import { plain } from './plain.ts'
import { findProduct, findProducts } from './product-store.ts'
import type { Reads } from './reads.ts'

const cycle = z.strictObject({
  id,
  productId: id,
  outSince: time.nullable(),
  openedAt: time,
  cause: z.string(),
})

const item = {
  id,
  wcId: id.meta({ description: 'The id in WooCommerce.' }),
  parentId: id.nullable(),
  kind: z.string(),
  status: z.string(),
  isVisible: z.boolean(),
  name: z.string(),
  sku: z.string().nullable(),
  retailerId: z.string().meta({ description: 'The id in the Meta catalogue.' }),
  itemKey: z.string().meta({ description: 'One for all translations of a product.' }),
  permalink: z.string().nullable(),
  imageUrl: z.string().nullable(),
  attributes: z.unknown(),
  currency: z.string(),
  priceMinor: z.int().nullable().meta({ description: 'What a consumer is charged now, in minor units.' }),
  regularPriceMinor: z.int().nullable(),
  salePriceMinor: z.int().nullable(),
  stockManagedBy: z.string().meta({ description: 'own, parent or none' }),
  stockQuantity: z.int().nullable(),
  stockStatus: z.string(),
  isInStock: z.boolean(),
  isSellable: z.boolean(),
  stockSince: time
    .nullable()
    .meta({ description: 'Since when isInStock is what it is; null: since first sight.' }),
  modifiedAt: time,
  deletedAt: time.nullable(),
  openCycle: cycle.nullable().meta({ description: 'The spell of being back in stock that is going on.' }),
}

const product = z.strictObject({ ...item, variations: z.array(z.strictObject(item)) })

export function productEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/products',
      summary: 'Products with their variations, prices, stock and open stock cycles',
      tag: 'products',
      query: z.strictObject({
        ...pageQuery,
        sku: text(100)
          .optional()
          .meta({ description: 'Exactly; also finds a product by the SKU of a variation.' }),
        q: text(100).optional().meta({ description: 'Part of the name, or the beginning of the SKU.' }),
        inStock: yesOrNo.optional(),
      }),
      answer: pageOf(product),
      handle: async ({ shop, query }) => toPage(await findProducts(reads, shop.id, query, query), query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/products/:id',
      summary: 'One product or variation, by our id',
      tag: 'products',
      params: z.strictObject({ id: idText }),
      answer: product,
      handle: async ({ shop, params }) => {
        const found = await findProduct(reads, shop.id, params.id)
        if (found === undefined) throw new Problem(404, 'product_not_found', 'There is no such product')
        return plain(found)
      },
    }),
  ]
}
