import type { Database } from '../../src/platform/database.ts'

/**
 * Messages that are too close to others of the same person, merged records included: a campaign message with any within the seven days
 * before it, an alert with an alert within 24 hours, a fifth within thirty days. An alert may come after a campaign message, even at once.
 */
export async function countCapViolations(db: Database): Promise<number> {
  const [row] = await db.query<{ violations: number }>(
    `select count(*) as violations from (
       select m.purpose, m.counted_at, lag(m.counted_at) over person as before, lag(m.counted_at, 4) over person as fourth_before,
         lag(m.counted_at) over (partition by record.root_id, m.purpose order by m.counted_at, m.id) as same_before
       from messages m join people record on record.id = m.person_id
       where m.counted_at is not null and m.purpose in ('campaign', 'alert')
       window person as (partition by record.root_id order by m.counted_at, m.id)) counted
     where (purpose = 'campaign' and before > counted_at - interval '7 days')
       or (purpose = 'alert' and same_before > counted_at - interval '24 hours') or fourth_before > counted_at - interval '30 days'`,
  )
  return row?.violations ?? NaN
}
