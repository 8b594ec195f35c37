import type { Tx } from '../../platform/database.ts'

/**
 * The next moment after `at` at which planning may do something: an occasion, a wave, or somebody's time to be tried again. Those of people
 * are taken together by the ten minutes. Undefined: nothing more up to `end`.
 */
export async function findNextMoment(tx: Tx, at: Date, end: Date): Promise<Date | undefined> {
  const [row] = await tx.query<{ at: Date | null }>(
    `select min(at) as at from (
       select min(at) as at from replay_facts where is_occasion and at > $1
       union all
       select min(next_wave_at) from campaign_runs where state in ('new', 'running') and wave_left is null and next_wave_at > $1
       union all
       select min(expires_at) from campaign_runs where state <> 'done' and expires_at > $1
       union all
       select date_bin('10 minutes', min(retry_at) + interval '599999 milliseconds', timestamptz 'epoch')
       from reengagement_log where state = 'waiting' and retry_at > $1
     ) due where at > $1 and at <= $2`,
    [at, end],
  )
  return row?.at ?? undefined
}

/**
 * Sends what is due, which here always works: the messages are accepted, and the alerts they answer end. Returns how many.
 */
export async function sendReserved(tx: Tx, now: Date): Promise<number> {
  const [row] = await tx.query<{ sent: number }>(
    `with gone as (
       update messages set state = 'accepted', started_at = $1, accepted_at = $1
       where state = 'waiting' and purpose in ('alert', 'campaign') and due_at <= $1 returning id
     ),
     told as (
       update reengagement_log l set state = 'sent' from gone where l.message_id = gone.id and l.state = 'reserved' returning l.alert_id
     ),
     answered as (
       update alerts set ended_at = $1, end_reason = 'answered' where id in (select alert_id from told) and ended_at is null
     )
     select count(*)::int as sent from gone`,
    [now],
  )
  return row?.sent ?? 0
}
