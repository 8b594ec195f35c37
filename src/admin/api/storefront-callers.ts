import { findProductByRetailerId, findProductBySku, findProductByWcId } from '../../catalog/product-store.ts'
import type { Product } from '../../catalog/product.ts'
import { z } from 'zod'
import type { GivenIdentity } from '../../people/identity.ts'
import { resolvePerson } from '../../people/resolve-person.ts'
import type { Tx } from '../../platform/database.ts'
import type { Random } from '../../platform/random.ts'
import { Problem } from '../../platform/web.ts'
import type { Shop } from '../../shops/shop.ts'
import type { Caller } from './caller.ts'
import { id, text } from './fields.ts'

// Who it was and which product it is about, as callers of the storefront endpoints say it.

export const who = {
  phone: text(40)
    .optional()
    .meta({ description: 'With country code, or national in the shop’s country. Only with the API token.' }),
  customerId: id.optional().meta({ description: 'WooCommerce’s customer id. Only with the API token.' }),
  visitorToken: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'In place of the X-Visitor-Token header.' }),
}
export const which = {
  productId: id.optional().meta({ description: 'WooCommerce’s id of the product or variation.' }),
  retailerId: text(100).optional(),
  sku: text(100).optional(),
}

export function namesProduct(body: {
  productId?: number | undefined
  retailerId?: string | undefined
  sku?: string | undefined
}): boolean {
  return body.productId !== undefined || body.retailerId !== undefined || body.sku !== undefined
}

export async function findNamedProduct(
  tx: Tx,
  shop: Shop,
  named: { productId?: number | undefined; retailerId?: string | undefined; sku?: string | undefined },
): Promise<Product> {
  const product =
    named.productId !== undefined
      ? await findProductByWcId(tx, shop.id, named.productId)
      : named.retailerId !== undefined
        ? await findProductByRetailerId(tx, shop.id, named.retailerId)
        : await findProductBySku(tx, shop.id, named.sku ?? '')
  if (product === undefined) throw new Problem(404, 'product_not_found', 'The shop has no such product')
  return product
}

export async function findCaller(
  tx: Tx,
  deps: { random: Random },
  call: {
    shop: Shop
    caller: Caller
    body: { phone?: string | undefined; customerId?: number | undefined }
    now: Date
  },
): Promise<number> {
  const { shop, caller, body, now } = call
  if (caller.kind === 'visitor') return caller.personId
  const identities: GivenIdentity[] = [
    ...(body.customerId === undefined
      ? []
      : [{ kind: 'wc_customer' as const, value: String(body.customerId), verified: true }]),
    ...(body.phone === undefined ? [] : [{ kind: 'phone' as const, value: body.phone, verified: false }]),
  ]
  if (identities.length === 0) throw invalid('phone', 'say who it was: phone or customerId')
  const person = await resolvePerson(tx, deps, {
    shopId: shop.id,
    shopCountry: shop.country,
    identities,
    source: 'api',
    now,
  })
  if (person === undefined) throw invalid('phone', 'is not a possible phone number')
  return person.personId
}

export function invalid(where: string, message: string): Problem {
  return new Problem(400, 'invalid_request', 'The request does not fit', { faults: [{ where, message }] })
}
