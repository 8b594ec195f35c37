import type { Sql, Tx } from '../platform/database.ts'
import type { Cost, Delivery } from './message-price.ts'

type DeliveryRow = Omit<Delivery, 'cost'> & {
  id: number
  shopId: number
  costMicros: number | null
  costCurrency: string | null
}

/** Campaign messages and alerts of these: what their price hangs on. */
export function listDeliveries(sql: Sql, messageIds: readonly number[]): Promise<DeliveryRow[]> {
  return sql.query(
    `select m.id, m.shop_id, m.template_name is not null as is_template,
       m.delivered_at is not null or m.read_at is not null as is_delivered,
       m.pricing_type, p.country, m.cost_micros, m.cost_currency
     from messages m join people p on p.id = m.person_id
     where m.id = any($1) and m.purpose in ('alert', 'campaign')`,
    [messageIds],
  )
}

export async function saveCosts(tx: Tx, costs: readonly { id: number; cost: Cost | null }[]): Promise<void> {
  if (costs.length === 0) return
  await tx.execute(
    `update messages m set cost_micros = u.micros, cost_currency = u.currency
     from unnest($1::bigint[], $2::bigint[], $3::text[]) u(id, micros, currency) where m.id = u.id`,
    [
      costs.map(({ id }) => id),
      costs.map(({ cost }) => cost?.micros ?? null),
      costs.map(({ cost }) => cost?.currency ?? null),
    ],
  )
}
