import type { Sql, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { PhoneNumber } from './shop.ts'

const select = `select n.id, n.shop_id, n.waba_id, n.meta_id, w.meta_id as waba_meta_id, n.display_phone_number, n.rate_per_second,
  n.state, n.state_reason from phone_numbers n join meta_wabas w on w.id = n.waba_id`

/** By Meta's phone_number_id. */
export async function findNumberByMetaId(sql: Sql, metaId: string): Promise<PhoneNumber | undefined> {
  const [number] = await sql.query<PhoneNumber>(`${select} where n.meta_id = $1`, [metaId])
  return number
}

export async function findNumberOfShop(sql: Sql, shopId: number): Promise<PhoneNumber | undefined> {
  const [number] = await sql.query<PhoneNumber>(`${select} where n.shop_id = $1 order by n.id limit 1`, [
    shopId,
  ])
  return number
}

/** The number a shop writes from. Throws HubError `number_missing`. */
export async function loadNumberOfShop(sql: Sql, shopId: number): Promise<PhoneNumber> {
  const number = await findNumberOfShop(sql, shopId)
  if (number === undefined) {
    throw new HubError('number_missing', 'This shop has no WhatsApp number connected.', {
      advice: 'Set WHATSAPP_PHONE_NUMBER_ID and the other WHATSAPP_ variables, and start again.',
    })
  }
  return number
}

/** Which shop a WhatsApp Business Account belongs to: for deliveries that name no number. */
export async function findShopOfWaba(sql: Sql, wabaMetaId: string): Promise<number | undefined> {
  const [row] = await sql.query<{ shopId: number }>(`select shop_id from meta_wabas where meta_id = $1`, [
    wabaMetaId,
  ])
  return row?.shopId
}

export interface NumberConnection {
  appName: string
  sealedAppSecret: Buffer
  sealedVerifyToken: Buffer
  wabaMetaId: string
  phoneNumberMetaId: string
  displayPhoneNumber: string
  ratePerSecond: number
}

/**
 * Connects app, WABA and number to a shop; again with other values brings the rows up to them. An account counts as a portfolio of its
 * own until somebody says which one it belongs to. A number keeps the name that Meta has told of it: open notices are found by it.
 */
export async function saveNumberConnection(
  tx: Tx,
  shopId: number,
  connection: NumberConnection,
  now: Date,
): Promise<void> {
  await tx.execute(
    `with app as (
       insert into meta_apps (name, sealed_secret, sealed_verify_token, updated_at) values ($2, $3, $4, $9)
       on conflict (name) do update set sealed_secret = excluded.sealed_secret,
         sealed_verify_token = excluded.sealed_verify_token, updated_at = excluded.updated_at
       returning id
     ), portfolio as (
       insert into meta_portfolios (meta_id, updated_at) values ('of-' || $5, $9)
       on conflict (meta_id) do update set updated_at = excluded.updated_at
       returning id
     ), waba as (
       insert into meta_wabas (shop_id, app_id, portfolio_id, meta_id, updated_at)
       select $1, app.id, portfolio.id, $5, $9 from app, portfolio
       on conflict (meta_id) do update set shop_id = excluded.shop_id, app_id = excluded.app_id,
         portfolio_id = coalesce(meta_wabas.portfolio_id, excluded.portfolio_id), updated_at = excluded.updated_at
       returning id
     ), number as (
       insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
       select $1, waba.id, $6, $7, $8, 'active', $9 from waba
       on conflict (meta_id) do update set shop_id = excluded.shop_id, waba_id = excluded.waba_id,
         display_phone_number = coalesce(nullif(phone_numbers.display_phone_number, ''), excluded.display_phone_number),
         updated_at = excluded.updated_at
       returning id
     )
     insert into number_pace (phone_number_id, next_slot_at) select id, $9 from number on conflict do nothing`,
    [
      shopId,
      connection.appName,
      connection.sealedAppSecret,
      connection.sealedVerifyToken,
      connection.wabaMetaId,
      connection.phoneNumberMetaId,
      connection.displayPhoneNumber,
      connection.ratePerSecond,
      now,
    ],
  )
}

export function listSealedApps(sql: Sql): Promise<{ sealedSecret: Buffer; sealedVerifyToken: Buffer }[]> {
  return sql.query(`select sealed_secret, sealed_verify_token from meta_apps order by id`)
}

export interface NumberState {
  id: number
  displayPhoneNumber: string
  wabaMetaId: string
  state: 'active' | 'stopped'
  stateReason: string | null
  restrictedUntil: Date | null
}

/** In the order of their ids. */
export function lockNumbersOfShop(tx: Tx, shopId: number): Promise<NumberState[]> {
  return tx.query<NumberState>(
    `select n.id, n.display_phone_number, w.meta_id as waba_meta_id, n.state, n.state_reason, n.restricted_until
     from phone_numbers n join meta_wabas w on w.id = n.waba_id where n.shop_id = $1 order by n.id for no key update of n`,
    [shopId],
  )
}
