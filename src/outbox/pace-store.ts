import type { Sql, Tx } from '../platform/database.ts'

/** Below Meta's rate, so that what jitters on the way there stays within it. */
export const shareOfRate = 0.98

/** Seconds from a standstill back to the full rate after Meta asked for a slower pace. */
const recoverSeconds = 60
const slowestShare = 0.05

// The rate now: slowed down, it comes back evenly.
const rateNow = `(n.rate_per_second * ${shareOfRate} * least(1, p.slowed_to + coalesce(extract(epoch from clock_timestamp() - p.slowed_at)::float8, 1e9) / ${recoverSeconds}))`

/** Slots of a number's line, by the database's clock in milliseconds. */
export interface Slots {
  firstMs: number
  gapMs: number
  /** The database's clock when they were given. */
  nowMs: number
}

/**
 * Takes the number's next slots: they are this sender's alone, whoever else sends. What is not used is lost, and nobody has to give it
 * back. `leadMs`: the first is at least so far ahead.
 */
export async function takeSlots(
  sql: Sql,
  phoneNumberId: number,
  count: number,
  leadMs: number,
): Promise<Slots> {
  const [row] = await sql.query<{ nextMs: number; rate: number; nowMs: number }>(
    `update number_pace p set next_slot_at =
       greatest(p.next_slot_at, p.paused_until, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
         + make_interval(secs => $2 / ${rateNow})
     from phone_numbers n where n.id = p.phone_number_id and p.phone_number_id = $1
     returning extract(epoch from p.next_slot_at)::float8 * 1000 as next_ms, ${rateNow} as rate,
       extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`,
    [phoneNumberId, count, leadMs],
  )
  if (row === undefined) throw new Error(`The number ${phoneNumberId} has no line of slots.`)
  const gapMs = 1000 / row.rate
  return { firstMs: row.nextMs - count * gapMs, gapMs, nowMs: row.nowMs }
}

/** How far ahead the number's first free slot lies, and how far its slots lie apart. */
export async function loadRoom(
  sql: Sql,
  phoneNumberId: number,
): Promise<{ backlogMs: number; gapMs: number }> {
  const [row] = await sql.query<{ backlogMs: number; rate: number }>(
    `select greatest(0, extract(epoch from greatest(p.next_slot_at, p.paused_until) - clock_timestamp())::float8 * 1000) as backlog_ms,
       ${rateNow} as rate
     from number_pace p join phone_numbers n on n.id = p.phone_number_id where p.phone_number_id = $1`,
    [phoneNumberId],
  )
  if (row === undefined) throw new Error(`The number ${phoneNumberId} has no line of slots.`)
  return { backlogMs: row.backlogMs, gapMs: 1000 / row.rate }
}

/** What came in uses up the same rate: it takes slots like a message that goes out, but after the fact. */
export async function countInbound(sql: Sql, phoneNumberId: number, count: number): Promise<void> {
  await sql.execute(
    `update number_pace p set next_slot_at = greatest(p.next_slot_at, clock_timestamp()) + make_interval(secs => $2 / ${rateNow})
     from phone_numbers n where n.id = p.phone_number_id and p.phone_number_id = $1`,
    [phoneNumberId, count],
  )
}

/** Meta said it is too much (130429): half the pace at once, at most once a second, and back evenly over a minute. */
export async function slowDown(tx: Tx, phoneNumberId: number): Promise<void> {
  await tx.execute(
    `update number_pace p set slowed_to = greatest(${slowestShare}, least(1, p.slowed_to
         + coalesce(extract(epoch from clock_timestamp() - p.slowed_at)::float8, 1e9) / ${recoverSeconds}) / 2),
       slowed_at = clock_timestamp(), next_slot_at = greatest(p.next_slot_at, clock_timestamp() + interval '1 second')
     where p.phone_number_id = $1 and (p.slowed_at is null or p.slowed_at < clock_timestamp() - interval '1 second')`,
    [phoneNumberId],
  )
}

/** Nothing starts from the number for so long; with `wholeAccount`, from no number of its account. A longer pause stays. */
export async function pauseNumber(
  tx: Tx,
  phoneNumberId: number,
  pause: { seconds: number; reason: string; wholeAccount: boolean },
): Promise<void> {
  await tx.execute(
    `update number_pace p set pause_reason = case when p.paused_until > clock_timestamp() + make_interval(secs => $2)
         then p.pause_reason else $3 end,
       paused_until = greatest(p.paused_until, clock_timestamp() + make_interval(secs => $2))
     from phone_numbers own join phone_numbers other
       on other.id = own.id or ($4 and other.waba_id = own.waba_id)
     where own.id = $1 and p.phone_number_id = other.id`,
    [phoneNumberId, pause.seconds, pause.reason, pause.wholeAccount],
  )
}
