import { monotonicMs } from '../../src/platform/clock.ts'
import type { Database, Tx } from '../../src/platform/database.ts'

export interface Candidate {
  personId: number
  productId: number
  occasionId: number
  at: Date
}

/**
 * How long a plain implementation takes for one candidate, in milliseconds. One after the other, in a transaction each: it asks for what the
 * rules need to know, by the same indexes, and writes the candidacy and its message.
 */
export async function timeLoop(db: Database, candidates: readonly Candidate[], now: Date): Promise<number> {
  const beganMs = monotonicMs()
  for (const candidate of candidates)
    await db.transaction(async (tx) => {
      const reason = await findReason(tx, candidate, now)
      await write(tx, candidate, { reason, now })
    })
  return (monotonicMs() - beganMs) / candidates.length
}

const dayMs = 86_400_000

async function findReason(tx: Tx, { personId, productId, at }: Candidate, now: Date): Promise<string | null> {
  await tx.execute(
    `insert into contact_budgets (person_id, shop_id) values ($1, 1) on conflict (person_id) do nothing`,
    [personId],
  )
  await tx.execute(`select 1 from contact_budgets where person_id = $1 for update`, [personId])
  const [person] = await tx.query<{ consent: string; metaStop: boolean; country: string | null }>(
    `select consent, meta_stop, marketing_paused_at, country, send_regions, last_inbound_at from people where id = $1`,
    [personId],
  )
  if (person?.consent !== 'opted_in' || person.metaStop || person.country === 'US') return 'no_consent'
  const [product] = await tx.query<{ isSellable: boolean }>(
    `select is_sellable, price_minor from products where id = $1`,
    [productId],
  )
  if (product?.isSellable === false) return 'not_sellable'
  const bought = await tx.query(
    `select 1 as one from people record join orders o on o.person_id = record.id join order_lines l on l.order_id = o.id
       join products p on p.wc_id = coalesce(l.variation_wc_id, l.product_wc_id) and p.shop_id = 1
     where record.root_id = $1 and o.counts and o.placed_at >= $2 and p.id = $3 limit 1`,
    [personId, at, productId],
  )
  if (bought.length > 0) return 'bought_since'
  await tx.query(
    `select a.id from people record join alerts a on a.person_id = record.id where record.root_id = $1 and a.ended_at is null`,
    [personId],
  )
  const past = await tx.query<{ countedAt: Date }>(
    `select m.counted_at from messages m join people record on record.id = m.person_id
     where record.root_id = $1 and m.counted_at > $2 order by m.counted_at`,
    [personId, new Date(now.getTime() - 60 * dayMs)],
  )
  const isWithin = (days: number) => (message: { countedAt: Date }) =>
    message.countedAt.getTime() > now.getTime() - days * dayMs
  if (past.some(isWithin(7))) return 'cap_7d'
  return past.filter(isWithin(30)).length >= 4 ? 'cap_30d' : null
}

async function write(
  tx: Tx,
  { personId, productId, occasionId, at }: Candidate,
  { reason, now }: { reason: string | null; now: Date },
): Promise<void> {
  const [candidacy] = await tx.query<{ id: number }>(
    `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
       settings_version, state, reason, reason_count, expires_at, considered_at, updated_at)
     values (1, 1, $1, nullif($2::bigint, 0), $2::bigint::text, 'loop:' || $3::bigint, 'viewed', 4, 0, $4, 1, $5, $6, 0, $7, $7, $7)
     on conflict do nothing returning id`,
    [personId, productId, occasionId, at, reason === null ? 'reserved' : 'suppressed', reason, now],
  )
  if (reason !== null || candidacy === undefined) return
  const [message] = await tx.query<{ id: number }>(
    `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, unique_key, attempt, due_at, counted_at, created_at)
     values (1, $1, 1, 'campaign', 2, 'waiting', $2, $2, 1, $3, $3, $3) returning id`,
    [personId, `loop:${candidacy.id}`, now],
  )
  await tx.execute(`insert into message_candidacies (message_id, candidacy_id) values ($1, $2)`, [
    message?.id,
    candidacy.id,
  ])
}
