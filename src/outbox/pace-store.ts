import type { Sql, Tx } from '../platform/database.ts'

/** The part of Meta's rate that is used: the rest is what the starts may be late by, together, without ever exceeding the rate. */
const usualShare = 0.98
const smallestShare = 0.7
/** Where senders often miss their slots (miss-watch.ts), the share is made smaller, and slots last longer. */
const shareStep = 0.03
const calmSeconds = 4
// Of what the share leaves free, some is for clocks that are not read exactly.
const clockErrorMs = 5

/** Seconds from a standstill back to the full rate after Meta asked for a slower pace. */
const recoverSeconds = 60
const slowestShare = 0.05

const slowedNow = `least(1, p.slowed_to + coalesce(extract(epoch from clock_timestamp() - p.slowed_at)::float8, 1e9) / ${recoverSeconds})`

// The rate now: slowed down, it comes back evenly.
const rateNow = `(n.rate_per_second * p.share * ${slowedNow})`

/** Slots of a number's line, by the database's clock in milliseconds. */
export interface Slots {
  firstMs: number
  gapMs: number
  /** How late they may be used: with `share` of the rate, starts late by up to 1/share - 1 seconds never exceed it in a sliding second. */
  toleranceMs: number
  /** The database's clock when they were given. */
  nowMs: number
}

export interface SlotRequest {
  count: number
  /** The first is at least so far ahead. */
  leadMs: number
  /** The sender misses many of its slots. */
  isLate: boolean
}

/**
 * Takes the number's next slots: they are this sender's alone, whoever else sends. What is not used is lost, and nobody has to give it
 * back. A larger share begins behind what may still be late of the smaller one.
 */
export async function takeSlots(sql: Sql, phoneNumberId: number, asked: SlotRequest): Promise<Slots> {
  const [row] = await sql.query<{ nextMs: number; rate: number; share: number; nowMs: number }>(
    `with before as (
       select p.phone_number_id, p.share, case
           when $4 then greatest(${smallestShare}, p.share - ${shareStep})
           when p.share < ${usualShare} and p.calm_since < clock_timestamp() - interval '${calmSeconds} seconds'
             then least(${usualShare}, p.share + ${shareStep})
           else p.share end as next_share
       from number_pace p where p.phone_number_id = $1 for update
     )
     update number_pace p set share = b.next_share,
       calm_since = case when $4 or b.next_share > b.share then clock_timestamp() else p.calm_since end,
       next_slot_at = greatest(p.next_slot_at, p.paused_until, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
         + case when b.next_share > b.share then make_interval(secs => 1 / b.share - 1) else interval '0' end
         + make_interval(secs => $2 / (n.rate_per_second * b.next_share * ${slowedNow}))
     from phone_numbers n, before b where n.id = p.phone_number_id and b.phone_number_id = p.phone_number_id
     returning extract(epoch from p.next_slot_at)::float8 * 1000 as next_ms, ${rateNow} as rate, p.share,
       extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`,
    [phoneNumberId, asked.count, asked.leadMs, asked.isLate],
  )
  if (row === undefined) throw new Error(`The number ${phoneNumberId} has no line of slots.`)
  const gapMs = 1000 / row.rate
  const toleranceMs = (1 / row.share - 1) * 1000 - clockErrorMs
  return { firstMs: row.nextMs - asked.count * gapMs, gapMs, toleranceMs, nowMs: row.nowMs }
}

/** How far ahead the number's first free slot lies, how far its slots lie apart, and the database's clock when it said so. */
export async function loadRoom(
  sql: Sql,
  phoneNumberId: number,
): Promise<{ backlogMs: number; gapMs: number; nowMs: number }> {
  const [row] = await sql.query<{ backlogMs: number; rate: number; nowMs: number }>(
    `select greatest(0, extract(epoch from greatest(p.next_slot_at, p.paused_until) - clock_timestamp())::float8 * 1000) as backlog_ms,
       ${rateNow} as rate, extract(epoch from clock_timestamp())::float8 * 1000 as now_ms
     from number_pace p join phone_numbers n on n.id = p.phone_number_id where p.phone_number_id = $1`,
    [phoneNumberId],
  )
  if (row === undefined) throw new Error(`The number ${phoneNumberId} has no line of slots.`)
  return { backlogMs: row.backlogMs, gapMs: 1000 / row.rate, nowMs: row.nowMs }
}

/** What came in uses up the same rate: it takes slots like a message that goes out, but after the fact. By Meta's phone_number_id. */
export async function countInbound(sql: Sql, metaId: string, count: number): Promise<void> {
  await sql.execute(
    `update number_pace p set next_slot_at = greatest(p.next_slot_at, clock_timestamp()) + make_interval(secs => $2 / ${rateNow})
     from phone_numbers n where n.id = p.phone_number_id and n.meta_id = $1`,
    [metaId, count],
  )
}

/** Meta said it is too much (130429): half the pace at once, at most once a second, and back evenly over a minute. */
export async function slowDown(tx: Tx, phoneNumberId: number): Promise<void> {
  await tx.execute(
    `update number_pace p set slowed_to = greatest(${slowestShare}, ${slowedNow} / 2),
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
