import type { Sql } from '../platform/database.ts'

export interface ListedRun {
  id: number
  kind: string
  product: string
  state: string
  reason: string | null
  /** People who wait in it. */
  waiting: number
  createdAt: Date
  expiresAt: Date
}

/** The latest first; only those that are held, if asked so. */
export function listRuns(
  sql: Sql,
  shopId: number,
  which: { onlyHeld: boolean; limit: number },
): Promise<ListedRun[]> {
  return sql.query<ListedRun>(
    `select r.id, c.kind, p.name as product, r.state, r.reason, r.created_at, r.expires_at,
       (select count(*) from reengagement_log l where l.run_id = r.id and l.state = 'waiting') as waiting
     from campaign_runs r join campaigns c on c.id = r.campaign_id join products p on p.id = r.product_id
     where r.shop_id = $1 and (not $2 or r.state = 'held') order by r.id desc limit $3`,
    [shopId, which.onlyHeld, which.limit],
  )
}
