import type { Sql } from '../../platform/database.ts'
import { loyaltyRewardSettingsSchema } from './settings.ts'

export interface Proposal {
  /** What a fifth of the buyers have spent at least, in minor units of the shop's currency; null: nobody has ordered so often. */
  minSpentMinor: number | null
  /** Those with enough orders … */
  buyers: number
  /** … and how many of them have spent as much. */
  rewarded: number
}

const topBps = 2_000

/** The amount above which the loyalty page proposes to reward: what the top 20 % of the buyers with enough orders have spent. */
export async function proposeMinSpent(
  sql: Sql,
  shopId: number,
  minOrders = loyaltyRewardSettingsSchema.parse({}).minOrders,
): Promise<Proposal> {
  const [proposal] = await sql.query<Proposal>(
    `with buyers as (
       select sum(bought.spent_minor) as spent from person_purchases bought join people record on record.id = bought.person_id
       where bought.shop_id = $1 group by record.root_id having sum(bought.orders) >= $2 and sum(bought.spent_minor) > 0
     ), ranked as (select spent, row_number() over (order by spent desc) as place, count(*) over () as buyers from buyers),
     chosen as (select min(spent) as amount from ranked where (place - 1) * 10000 < buyers * $3)
     select chosen.amount::bigint as min_spent_minor, (select count(*) from buyers) as buyers,
       (select count(*) from buyers where spent >= chosen.amount) as rewarded
     from chosen`,
    [shopId, minOrders, topBps],
  )
  return proposal ?? { minSpentMinor: null, buyers: 0, rewarded: 0 }
}
