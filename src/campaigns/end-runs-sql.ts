/**
 * SQL that ends runs and what still waits for them: `over` is a query of rows (id, reason), the runs locked. Bound: $2 is now. Expired news
 * ends as expired, everything else as suppressed with the run's reason. Those who wait are looked up run by run: the database expects few
 * runs to end at once, and would go through all that wait for each.
 */
export function endRunsSql(over: string): string {
  return `with over as (${over}),
    told as (
      update reengagement_log l set state = case when over.reason = 'expired' then 'expired' else 'suppressed' end, reason = over.reason,
        reason_count = case when l.reason = over.reason then l.reason_count + 1 else 1 end, retry_at = null, updated_at = $2
      from over cross join lateral (
        select id from reengagement_log w where w.run_id = over.id and w.state = 'waiting' offset 0) waiting
      where l.id = waiting.id and l.state = 'waiting'
    )
    update campaign_runs r set state = 'done', reason = over.reason, finished_at = $2, wave_left = null
    from over where r.id = over.id`
}
