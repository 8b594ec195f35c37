import type { Sql } from '../platform/database.ts'
import type { Delivery } from './message-price.ts'

type DeliveryRow = Pick<Delivery, 'isTemplate' | 'country'> & {
  id: number
  shopId: number
  costMicros: number | null
  costCurrency: string | null
}

/** Campaign messages and alerts of these: what their price hangs on. */
export function listDeliveries(sql: Sql, messageIds: readonly number[]): Promise<DeliveryRow[]> {
  return sql.query(
    `select m.id, m.shop_id, m.template_name is not null as is_template, p.country, m.cost_micros, m.cost_currency
     from messages m join people p on p.id = m.person_id
     where m.id = any($1) and m.purpose in ('alert', 'campaign')`,
    [messageIds],
  )
}
