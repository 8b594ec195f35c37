import type { Sql, Tx } from '../platform/database.ts'
import { insertConsentLog } from './consent-store.ts'
import { storableTextOrNull } from './storable-text.ts'

export type AlertKind = 'back_in_stock' | 'price_below' | 'almost_gone'

export interface NewAlert {
  shopId: number
  personId: number
  productId: number
  kind: AlertKind
  anyVariation: boolean
  thresholdMinor?: number | null
  source: 'chat' | 'api' | 'storefront'
  wording?: string | null
  language?: string | null
  now: Date
  expiresAt: Date
}

/** Asking again renews. Asking is consent to this alert alone, and is logged as that. */
export async function addAlert(tx: Tx, alert: NewAlert): Promise<{ alertId: number; isNew: boolean }> {
  const [row] = await tx.query<{ id: number; isNew: boolean }>(
    `insert into alerts (shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, wording, language, asked_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (person_id, product_id, kind) where ended_at is null do update set
       any_variation = alerts.any_variation or excluded.any_variation, threshold_minor = excluded.threshold_minor,
       expires_at = greatest(alerts.expires_at, excluded.expires_at)
     returning id, xmax = 0 as is_new`,
    [
      alert.shopId,
      alert.personId,
      alert.productId,
      alert.kind,
      alert.anyVariation,
      alert.thresholdMinor ?? null,
      alert.source,
      storableTextOrNull(alert.wording, 1000),
      alert.language ?? null,
      alert.now,
      alert.expiresAt,
    ],
  )
  const alertId = row?.id ?? 0
  await insertConsentLog(tx, {
    ...alert,
    purpose: 'alert',
    state: 'opted_in',
    how: alert.source,
    alertId,
    at: alert.now,
  })
  return { alertId, isNew: row?.isNew ?? false }
}

export interface OpenAlert {
  id: number
  personId: number
  productId: number
  kind: AlertKind
  anyVariation: boolean
  askedAt: Date
  expiresAt: Date
}

/** Of a person, merged records included. */
export function listOpenAlerts(sql: Sql, rootId: number, now: Date): Promise<OpenAlert[]> {
  return sql.query<OpenAlert>(
    `select a.id, p.root_id as person_id, a.product_id, a.kind, a.any_variation, a.asked_at, a.expires_at
     from people p join alerts a on a.person_id = p.id
     where p.root_id = $1 and a.ended_at is null and a.expires_at > $2 order by a.asked_at, a.id`,
    [rootId, now],
  )
}

export interface AlertsToEnd {
  /** The root of the person's records. */
  personId: number
  alertId?: number
  /** Only those asked for up to this moment. */
  askedUntil?: Date
  reason: 'removed' | 'opted_out'
  now: Date
}

/** Ends a person's open alerts, or some of them. Returns how many. */
export function endAlerts(tx: Tx, which: AlertsToEnd): Promise<number> {
  return tx.execute(
    `update alerts a set ended_at = $3, end_reason = $4 from people p
     where p.root_id = $1 and a.person_id = p.id and a.ended_at is null and ($2::bigint is null or a.id = $2)
       and ($5::timestamptz is null or a.asked_at <= $5)`,
    [which.personId, which.alertId ?? null, which.now, which.reason, which.askedUntil ?? null],
  )
}

export async function answerAlerts(tx: Tx, alertIds: readonly number[], now: Date): Promise<void> {
  if (alertIds.length === 0) return
  await tx.execute(
    `update alerts set ended_at = $2, end_reason = 'answered' where id = any($1) and ended_at is null`,
    [alertIds, now],
  )
}

/** The answer did not come after all: they wait for the next occasion, unless the person has asked anew meanwhile. */
export async function reopenAlerts(tx: Tx, alertIds: readonly number[], now: Date): Promise<void> {
  if (alertIds.length === 0) return
  await tx.execute(
    `update alerts a set ended_at = null, end_reason = null
     where a.id = any($1) and a.end_reason = 'answered' and a.expires_at > $2
       and not exists (select 1 from alerts other where other.person_id = a.person_id and other.product_id = a.product_id
                       and other.kind = a.kind and other.ended_at is null)`,
    [alertIds, now],
  )
}

/** Returns how many had run out. */
export function expireAlerts(sql: Sql, now: Date): Promise<number> {
  return sql.execute(
    `update alerts set ended_at = $1, end_reason = 'expired' where ended_at is null and expires_at <= $1`,
    [now],
  )
}

/** The person (root) an alert of the shop is of. */
export async function findAlertOwner(sql: Sql, shopId: number, alertId: number): Promise<number | undefined> {
  const [row] = await sql.query<{ rootId: number }>(
    `select p.root_id from alerts a join people p on p.id = a.person_id where a.shop_id = $1 and a.id = $2`,
    [shopId, alertId],
  )
  return row?.rootId
}
