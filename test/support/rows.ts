import { toNewTemplate } from '../../src/outbox/template-components.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import type { Sql } from '../../src/platform/database.ts'
import { saveNumberConnection } from '../../src/shops/number-store.ts'
import { saveShop } from '../../src/shops/shop-store.ts'
import { ensureCampaigns, switchCampaign } from '../../src/campaigns/campaign-store.ts'
import type { Database } from '../../src/platform/database.ts'

// Rows written straight into the database, for tests of one room that need what another room would have written.

export const someMonday = new Date('2026-03-02T12:00:00Z')

export async function insertShop(
  db: Database,
  now: Date,
): Promise<{ shopId: number; phoneNumberId: number; campaignId: number }> {
  return db.transaction(async (tx) => {
    const shop = await saveShop(
      tx,
      {
        key: 'default',
        name: 'Test Shop',
        timeZone: 'Europe/Lisbon',
        currency: 'EUR',
        country: 'PT',
        language: 'en',
        storeUrl: 'https://shop.example',
        allowedOrigins: [],
        isSandbox: true,
      },
      now,
    )
    await saveNumberConnection(
      tx,
      shop.id,
      {
        appName: 'test',
        sealedAppSecret: Buffer.from('x'),
        sealedVerifyToken: Buffer.from('x'),
        wabaMetaId: '100',
        phoneNumberMetaId: '200',
        displayPhoneNumber: '+351210000000',
        ratePerSecond: 80,
      },
      now,
    )
    await ensureCampaigns(tx, shop.id, now)
    await switchCampaign(tx, shop.id, 'back_in_stock', { isOn: true, now })
    const [number] = await tx.query<{ id: number }>('select id from phone_numbers')
    const [campaign] = await tx.query<{ id: number }>("select id from campaigns where kind = 'back_in_stock'")
    return { shopId: shop.id, phoneNumberId: number?.id ?? 0, campaignId: campaign?.id ?? 0 }
  })
}

export interface PersonSeed {
  consent?: string
  country?: string
  sendRegions?: string[]
  metaStop?: boolean
  consentAt?: Date
  /** E.164, as a verified WhatsApp number. */
  withPhone?: string
}

let people = 0

export async function insertPerson(
  sql: Sql,
  shopId: number,
  now: Date,
  seed: PersonSeed = {},
): Promise<number> {
  const [row] = await sql.query<{ id: number }>(
    `insert into people (shop_id, public_id, root_id, first_name, language, country, send_regions, consent, consent_at, meta_stop, created_at, updated_at)
     values ($1, $2, 0, 'Ana', 'en', $3, $4, $5, $6, $7, $8, $8) returning id`,
    [
      shopId,
      `person-${process.pid}-${people++}`,
      seed.country ?? 'PT',
      seed.sendRegions ?? ['PT|Europe/Lisbon'],
      seed.consent ?? 'opted_in',
      seed.consentAt ?? now,
      seed.metaStop ?? false,
      now,
    ],
  )
  const id = row?.id ?? 0
  await sql.execute('update people set root_id = id where id = $1', [id])
  if (seed.withPhone !== undefined) {
    await sql.execute(
      `insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
       values ($1, $2, 'wa_id', $3, substr($3, 2), true, 'whatsapp', $4)`,
      [shopId, id, seed.withPhone, now],
    )
  }
  return id
}

/** The shop's templates, approved, as WhatsApp would list them. */
export async function insertTemplates(db: Database, shop: { shopId: number }, now: Date): Promise<void> {
  const made = [...loadTemplateDefinitions().values()].flatMap((definition) =>
    Object.keys(definition.languages).map((language) =>
      toNewTemplate(definition, language, { hubUrl: 'https://hub.example', headerHandle: 'handle' }),
    ),
  )
  await db.execute(
    `insert into templates (shop_id, waba_id, name, language, meta_id, category, parameter_format, components, status, synced_at)
     select $1, w.id, t.name, t.language, t.name || '.' || t.language, 'MARKETING', t."parameterFormat", t.components, 'APPROVED', $3
     from meta_wabas w, jsonb_to_recordset($2::jsonb) t(name text, language text, "parameterFormat" text, components jsonb)
     where w.shop_id = $1`,
    [shop.shopId, JSON.stringify(made), now],
  )
}

export interface ProductSeed {
  wcId: number
  kind?: string
  parentId?: number
  quantity?: number | null
  isInStock?: boolean
  isSellable?: boolean
  stockManagedBy?: string
  itemKey?: string
}

export async function insertProduct(sql: Sql, shopId: number, now: Date, seed: ProductSeed): Promise<number> {
  const quantity = seed.quantity === undefined ? 5 : seed.quantity
  const inStock = seed.isInStock ?? true
  const [row] = await sql.query<{ id: number }>(
    `insert into products (shop_id, wc_id, parent_id, kind, status, is_visible, name, retailer_id, item_key, permalink, image_url, category_ids,
       currency, price_minor, stock_managed_by, stock_quantity, stock_status, min_quantity, is_in_stock, is_sellable, modified_at, created_at, updated_at)
     values ($1, $2::bigint, $3, $4, 'publish', true, 'Product ' || $2::bigint, 'wc_' || $2::bigint, $5, 'https://shop.example/product/p' || $2::bigint || '/',
       'https://shop.example/p.png', '{}', 'EUR', 1290, $6, $7, case when $8 then 'instock' else 'outofstock' end, 1, $8, $9, $10, $10, $10)
     returning id`,
    [
      shopId,
      seed.wcId,
      seed.parentId ?? null,
      seed.kind ?? 'simple',
      seed.itemKey ?? `id:${seed.wcId}`,
      seed.stockManagedBy ?? (quantity === null ? 'none' : 'own'),
      quantity,
      inStock,
      seed.isSellable ?? inStock,
      now,
    ],
  )
  return row?.id ?? 0
}

export async function insertCycle(
  sql: Sql,
  shopId: number,
  productId: number,
  times: { openedAt: Date; outSince?: Date; closedAt?: Date },
): Promise<number> {
  const [row] = await sql.query<{ id: number }>(
    `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, closed_at, cause)
     values ($1, $2, $3, $4, $4, $5, 'edit') returning id`,
    [
      shopId,
      productId,
      times.outSince ?? new Date(times.openedAt.getTime() - 86_400_000),
      times.openedAt,
      times.closedAt ?? null,
    ],
  )
  return row?.id ?? 0
}

export async function insertView(
  sql: Sql,
  shopId: number,
  view: { personId: number; productId: number; at: Date; isSoldOut?: boolean },
): Promise<void> {
  await sql.execute(
    `insert into product_views (shop_id, person_id, product_id, kind, source, source_key, in_stock, at, received_at)
     values ($1, $2, $3, 'view', 'chat', $6, $5, $4, $4)`,
    [
      shopId,
      view.personId,
      view.productId,
      view.at,
      !(view.isSoldOut ?? false),
      `${view.personId}:${view.productId}:${view.at.getTime()}`,
    ],
  )
  await sql.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, last_sold_out_at, views)
     values ($2, $3, $1, $4, $4, case when $5 then $4::timestamptz end, 1)
     on conflict (person_id, product_id) do update set views = product_interest.views + 1,
       first_at = least(product_interest.first_at, excluded.first_at), last_at = greatest(product_interest.last_at, excluded.last_at),
       last_sold_out_at = greatest(product_interest.last_sold_out_at, excluded.last_sold_out_at)`,
    [shopId, view.personId, view.productId, view.at, view.isSoldOut ?? false],
  )
}

export async function insertAlert(
  sql: Sql,
  shopId: number,
  alert: { personId: number; productId: number; askedAt: Date; anyVariation?: boolean },
): Promise<number> {
  const [row] = await sql.query<{ id: number }>(
    `insert into alerts (shop_id, person_id, product_id, kind, any_variation, source, asked_at, expires_at)
     values ($1, $2, $3, 'back_in_stock', $4, 'chat', $5, $5::timestamptz + interval '90 days') returning id`,
    [shopId, alert.personId, alert.productId, alert.anyVariation ?? false, alert.askedAt],
  )
  return row?.id ?? 0
}
