import type { Sql, Tx } from '../platform/database.ts'

/** A row of spend_days; campaign 0 is all of the shop together. */
export interface SpendKey {
  shopId: number
  campaignId: number
  /** YYYY-MM-DD, of the shop. */
  day: string
}

export interface SpendRow extends SpendKey {
  micros: number
}

/** What is set aside for one message. */
export interface MessageSpend {
  shopId: number
  campaignId: number | null
  day: string
  micros: number
}

const byKey = (a: SpendKey, b: SpendKey): number =>
  a.shopId - b.shopId || a.campaignId - b.campaignId || a.day.localeCompare(b.day)

/**
 * Adds to what is set aside, and locks the rows until the transaction ends; those that are missing are made. In the order of their keys,
 * so that nobody waits in a circle. Returns them with what they hold now; adding nothing is how they are locked and read.
 */
export async function addSpend(tx: Tx, added: readonly SpendRow[]): Promise<SpendRow[]> {
  const rows = added.toSorted(byKey)
  return tx.query<SpendRow>(
    `insert into spend_days (shop_id, campaign_id, day, micros)
     select * from unnest($1::bigint[], $2::bigint[], $3::text[]::date[], $4::bigint[])
     on conflict (shop_id, campaign_id, day) do update set micros = spend_days.micros + excluded.micros
     returning shop_id, campaign_id, to_char(day, 'YYYY-MM-DD') as day, micros`,
    [
      rows.map((row) => row.shopId),
      rows.map((row) => row.campaignId),
      rows.map((row) => row.day),
      rows.map((row) => row.micros),
    ],
  )
}

/** Takes from what is set aside, never below nothing. Locks the rows in the same order. */
export async function subtractSpend(tx: Tx, taken: readonly SpendRow[]): Promise<void> {
  const rows = taken.toSorted(byKey)
  const keys = [rows.map((row) => row.shopId), rows.map((row) => row.campaignId), rows.map((row) => row.day)]
  await tx.query(
    `select 1 from spend_days where (shop_id, campaign_id, day) in
       (select * from unnest($1::bigint[], $2::bigint[], $3::text[]::date[]))
     order by shop_id, campaign_id, day for no key update`,
    keys,
  )
  await tx.execute(
    `update spend_days s set micros = greatest(0, s.micros - u.micros)
     from unnest($1::bigint[], $2::bigint[], $3::text[]::date[], $4::bigint[]) u(shop_id, campaign_id, day, micros)
     where s.shop_id = u.shop_id and s.campaign_id = u.campaign_id and s.day = u.day`,
    [...keys, rows.map((row) => row.micros)],
  )
}

/** Notes on messages what is set aside for them. */
export async function saveReserved(
  tx: Tx,
  reserved: readonly { id: number; micros: number; day: string }[],
): Promise<void> {
  if (reserved.length === 0) return
  await tx.execute(
    `update messages m set reserved_micros = u.micros, reserved_day = u.day
     from unnest($1::bigint[], $2::bigint[], $3::text[]::date[]) u(id, micros, day) where m.id = u.id`,
    [reserved.map(({ id }) => id), reserved.map(({ micros }) => micros), reserved.map(({ day }) => day)],
  )
}

/** Templates that advertise, of these, for which nothing is set aside. */
export function listNotSetAside(
  sql: Sql,
  messageIds: readonly number[],
): Promise<{ id: number; shopId: number; campaignId: number | null; country: string | null }[]> {
  return sql.query(
    `select m.id, m.shop_id, m.campaign_id, p.country from messages m join people p on p.id = m.person_id
     where m.id = any($1) and m.reserved_micros is null and m.template_name is not null and m.purpose in ('alert', 'campaign')`,
    [messageIds],
  )
}

/** Takes from messages what is set aside for them. Returns it. */
export function takeReserved(tx: Tx, messageIds: readonly number[]): Promise<MessageSpend[]> {
  return tx.query(
    `with held as (
       select id, shop_id, campaign_id, reserved_micros, reserved_day from messages
       where id = any($1) and reserved_micros is not null order by id for update
     )
     update messages m set reserved_micros = null, reserved_day = null from held where m.id = held.id
     returning held.shop_id, held.campaign_id, to_char(held.reserved_day, 'YYYY-MM-DD') as day, held.reserved_micros as micros`,
    [messageIds],
  )
}

/** Which kind of campaign these are, for budgets that are set by kind. */
export async function listKinds(sql: Sql, campaignIds: readonly number[]): Promise<Map<number, string>> {
  if (campaignIds.length === 0) return new Map()
  const rows = await sql.query<{ id: number; kind: string }>(
    `select id, kind from campaigns where id = any($1)`,
    [campaignIds],
  )
  return new Map(rows.map(({ id, kind }) => [id, kind]))
}

/** What is set aside on a day: of the shop (campaign 0) and each campaign. */
export function listSpend(sql: Sql, shopId: number, day: string): Promise<SpendRow[]> {
  return sql.query(
    `select shop_id, campaign_id, to_char(day, 'YYYY-MM-DD') as day, micros from spend_days
     where shop_id = $1 and day = $2::text::date order by campaign_id`,
    [shopId, day],
  )
}
