/**
 * SQL for the lowest price that a product was charged at in the days before a price event, as far as known, in the event's currency:
 * the price before the event, the prices that began within [at - days, at), and the one that held when the window opened. Null when none
 * is known; may be 0. `event` is the alias of a row of price_events, `days` an SQL expression.
 */
export function lowestPriceSql(event: string, days: string): string {
  // Whole hours: a day of an interval is one of the session's zone, and may have 23.
  return `(select least(${event}.from_minor, min(earlier.to_minor), (array_agg(earlier.from_minor order by earlier.at, earlier.id))[1])
    from price_events earlier
    where earlier.product_id = ${event}.product_id and earlier.currency = ${event}.currency
      and earlier.at < ${event}.at and earlier.at >= ${event}.at - make_interval(hours => 24 * (${days})::int))`
}
