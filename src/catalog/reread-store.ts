import type { Sql } from '../platform/database.ts'

/** What must be asked for to know how a product is now. */
export interface RereadTarget {
  id: number
  wcId: number
  parentWcId: number | null
  /** It, and its parent where it has one, were heard from since the moment given. */
  isFresh: boolean
}

export function listRereadTargets(
  sql: Sql,
  shopId: number,
  { ids, freshSince }: { ids: readonly number[]; freshSince: Date },
): Promise<RereadTarget[]> {
  return sql.query<RereadTarget>(
    `select p.id, p.wc_id, p.parent_wc_id,
       coalesce(p.checked_at >= $3, false) and (p.parent_wc_id is null or coalesce(parent.checked_at >= $3, false)) as is_fresh
     from products p left join products parent on parent.shop_id = p.shop_id and parent.wc_id = p.parent_wc_id
     where p.shop_id = $1 and p.id = any($2) order by p.wc_id`,
    [shopId, ids, freshSince],
  )
}
