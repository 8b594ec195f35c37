import type { Sql } from '../../platform/database.ts'
import { boughtSinceSql } from '../bought-since.ts'
import type { Freshness } from './decide-stale.ts'

export function listFreshness(sql: Sql, candidacyIds: readonly number[]): Promise<Freshness[]> {
  return sql.query<Freshness>(
    `select l.id as candidacy_id, c.is_on as is_campaign_on, y.closed_at is not null as is_cycle_closed, p.is_in_stock, p.is_sellable,
       coalesce(a.ended_at is not null, false) as has_alert_ended, l.expires_at,
       ${boughtSinceSql({
         personId: 'record.root_id',
         shopId: 'l.shop_id',
         itemKey: 'l.item_key',
         productId: 'l.product_id',
         since: 'l.interest_at',
       })} as has_bought
     from reengagement_log l join people record on record.id = l.person_id join campaigns c on c.id = l.campaign_id
       join stock_cycles y on y.id = l.cycle_id join products p on p.id = l.product_id left join alerts a on a.id = l.alert_id
     where l.id = any($1)`,
    [candidacyIds],
  )
}
