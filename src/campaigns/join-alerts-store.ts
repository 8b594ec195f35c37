import type { Tx } from '../platform/database.ts'

/**
 * Each person's alert that is reserved and not started, locked. One that a sender holds at this moment is skipped, not waited for:
 * the sender waits for the person's budget, which the caller holds.
 */
export async function findUnsentAlerts(
  tx: Tx,
  personIds: readonly number[],
  dueBefore: Date,
): Promise<{ personId: number; messageId: number }[]> {
  return tx.query(
    `select record.root_id as person_id, m.id as message_id
     from messages m join people record on record.id = m.person_id
     where record.root_id = any($1) and m.purpose = 'alert' and m.state = 'waiting' and m.due_at <= $2
     order by m.id for update of m skip locked`,
    [personIds, dueBefore],
  )
}

/** Asked-for candidacies of other runs that wait for these people, whose product can be bought now; locked. */
export async function listOtherWaitingAlerts(
  tx: Tx,
  which: { personIds: readonly number[]; exceptRunId: number; dueBefore: Date },
): Promise<{ personId: number; candidacyId: number }[]> {
  return tx.query(
    `select record.root_id as person_id, l.id as candidacy_id
     from reengagement_log l join people record on record.id = l.person_id
       join campaign_runs r on r.id = l.run_id join stock_cycles y on y.id = r.cycle_id join products p on p.id = l.product_id
     where record.root_id = any($1) and l.state = 'waiting' and l.trigger = 'asked' and r.id <> $2 and r.state <> 'done'
       and r.next_wave_at <= $3 and (l.retry_at is null or l.retry_at <= $3) and y.closed_at is null and p.is_sellable
     order by l.id for update of l skip locked`,
    [which.personIds, which.exceptRunId, which.dueBefore],
  )
}
