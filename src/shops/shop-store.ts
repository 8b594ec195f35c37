import type { Sql, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { Shop } from './shop.ts'
import { shopSettingsSchema, type ShopSettings } from './shop-settings.ts'

const columns = `id, key, name, time_zone, currency, country, language, store_url, allowed_origins, is_sandbox`

export async function findShopByKey(sql: Sql, key: string): Promise<Shop | undefined> {
  const [shop] = await sql.query<Shop>(`select ${columns} from shops where key = $1`, [key])
  return shop
}

/** Throws HubError `shop_missing`. */
export async function loadShop(sql: Sql, id: number): Promise<Shop> {
  const [shop] = await sql.query<Shop>(`select ${columns} from shops where id = $1`, [id])
  if (shop === undefined) throw new HubError('shop_missing', `There is no shop with the id ${id}.`)
  return shop
}

export function listShops(sql: Sql): Promise<Shop[]> {
  return sql.query<Shop>(`select ${columns} from shops order by id`)
}

/** Makes the shop, or brings its row up to what is given. */
export async function saveShop(tx: Tx, shop: Omit<Shop, 'id'>, now: Date): Promise<Shop> {
  const [saved] = await tx.query<Shop>(
    `insert into shops (key, name, time_zone, currency, country, language, store_url, allowed_origins, is_sandbox, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
     on conflict (key) do update set name = excluded.name, time_zone = excluded.time_zone, currency = excluded.currency,
       country = excluded.country, language = excluded.language, store_url = excluded.store_url,
       allowed_origins = excluded.allowed_origins, is_sandbox = excluded.is_sandbox, updated_at = excluded.updated_at
     returning ${columns}`,
    [
      shop.key,
      shop.name,
      shop.timeZone,
      shop.currency,
      shop.country,
      shop.language,
      shop.storeUrl,
      shop.allowedOrigins,
      shop.isSandbox,
      now,
    ],
  )
  if (saved === undefined) throw new HubError('shop_missing', `The shop ${shop.key} was not saved.`)
  return saved
}

export interface VersionedSettings {
  /** 0: nothing was ever set, the defaults are in force. */
  version: number
  settings: ShopSettings
}

export async function loadVersionedSettings(sql: Sql, shopId: number): Promise<VersionedSettings> {
  const [row] = await sql.query<{ version: number; settings: unknown }>(
    `select version, settings from shop_settings where shop_id = $1 order by version desc limit 1`,
    [shopId],
  )
  return { version: row?.version ?? 0, settings: shopSettingsSchema.parse(row?.settings ?? {}) }
}

export async function loadShopSettings(sql: Sql, shopId: number): Promise<ShopSettings> {
  return (await loadVersionedSettings(sql, shopId)).settings
}

/** Adds a version; earlier ones stay. `settings` holds what differs from the defaults. Returns the new version. */
export async function saveShopSettings(
  tx: Tx,
  shopId: number,
  settings: unknown,
  by: { name: string; now: Date },
): Promise<number> {
  shopSettingsSchema.parse(settings)
  await lockShop(tx, shopId)
  return insertShopSettings(tx, shopId, settings, by)
}

/** One change of a shop's settings after the other. */
export async function lockShop(tx: Tx, shopId: number): Promise<void> {
  await tx.execute(`select 1 from shops where id = $1 for no key update`, [shopId])
}

/** The shop must be locked. */
export async function insertShopSettings(
  tx: Tx,
  shopId: number,
  settings: unknown,
  by: { name: string; now: Date },
): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `insert into shop_settings (shop_id, version, settings, created_at, created_by)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from shop_settings where shop_id = $1
     returning version`,
    [shopId, JSON.stringify(settings), by.now, by.name],
  )
  return row?.version ?? 1
}

/** What a merchant set takes the place of what the shop was connected with. */
export async function overrideShop(
  tx: Sql,
  shopId: number,
  { name, timeZone, language }: ShopSettings['shop'],
  now: Date,
): Promise<void> {
  await tx.execute(
    `update shops set name = coalesce($2, name), time_zone = coalesce($3, time_zone), language = coalesce($4, language), updated_at = $5
     where id = $1`,
    [shopId, name ?? null, timeZone ?? null, language ?? null, now],
  )
}

/** What the shop itself says it is called, unless a merchant calls it something else. */
export async function nameShop(tx: Sql, shopId: number, name: string, now: Date): Promise<void> {
  if ((await loadShopSettings(tx, shopId)).shop.name !== undefined) return
  await tx.execute(`update shops set name = $2, updated_at = $3 where id = $1 and name <> $2`, [
    shopId,
    name,
    now,
  ])
}
