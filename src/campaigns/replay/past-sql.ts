import type { Tx } from '../../platform/database.ts'

/**
 * Runs a statement with $1, $2 … written out: `create table … as` takes no bound values, and others name just some of them. Numbers and
 * moments only, which need no quoting.
 */
export function runWith(tx: Tx, statement: string, values: readonly (number | Date)[]): Promise<number> {
  return tx.execute(statement.replaceAll(/\$(\d)/g, (_, at: string) => literal(values[Number(at) - 1])))
}

function literal(value: number | Date | undefined): string {
  if (value === undefined) throw new RangeError('a statement names a value that it is not given')
  return value instanceof Date ? `'${value.toISOString()}'::timestamptz` : String(value)
}

/** Entries of the consent log that say what the consent is; pauses are another matter. */
export const consentEntries = `purpose = 'marketing' and state in ('opted_in', 'opted_out', 'pending', 'unknown')`

/** Which products can be sold at a moment: what replay_products says, in stock and with a price. */
export function offeredSql(at: string): string {
  return `update products p set is_sellable = r.is_offered and (r.deleted_at is null or r.deleted_at > ${at}) and p.is_in_stock
      and p.price_minor is not null
    from replay_products r where r.id = p.id and p.is_sellable is distinct from
      (r.is_offered and (r.deleted_at is null or r.deleted_at > ${at}) and p.is_in_stock and p.price_minor is not null)`
}

/** Works out what people (a query for their ids) have bought by a moment, from the orders as they are then. */
export function purchasesSql(people: string, at: string): string[] {
  return [
    `delete from person_purchases where person_id in (${people})`,
    `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
     select o.person_id, o.shop_id, count(*) filter (where o.paid_at is not null), min(o.placed_at), max(o.placed_at),
       coalesce(sum(o.items_minor - o.refunded_minor) filter (where o.paid_at is not null and o.currency = s.currency), 0), ${at}
     from orders o join shops s on s.id = o.shop_id
     where o.counts and o.person_id in (${people}) group by o.person_id, o.shop_id`,
  ]
}
