import type { Sql } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import type { Shop } from '../../shops/shop.ts'
import { findShopByKey, listShops } from '../../shops/shop-store.ts'

/** The shop that `?shop=` names; left out, the only one. Throws a Problem: 404 for an unknown one, 400 when there are several to choose from. */
export async function shopOfCall(sql: Sql, key: unknown): Promise<Shop> {
  if (key === undefined) return onlyShop(sql)
  const shop = typeof key === 'string' && !key.includes('\0') ? await findShopByKey(sql, key) : undefined
  if (shop === undefined) throw new Problem(404, 'shop_not_found', 'There is no such shop')
  return shop
}

async function onlyShop(sql: Sql): Promise<Shop> {
  const [shop, ...others] = await listShops(sql)
  if (shop === undefined) throw new Problem(404, 'shop_not_found', 'There is no shop yet')
  if (others.length === 0) return shop
  throw new Problem(400, 'invalid_request', 'The request does not fit', {
    faults: [{ where: 'shop', message: 'There are several shops: say which one, as ?shop=<key>.' }],
  })
}
