import { monotonicMs } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'

export interface Candidate {
  personId: number
  productId: number
  occasionId: number
  at: Date
}

/** How long a plain implementation takes for one candidate, in milliseconds: it asks for what it needs and writes its plan, one by one. */
export async function timeLoop(db: Database, candidates: readonly Candidate[], now: Date): Promise<number> {
  const beganMs = monotonicMs()
  for (const candidate of candidates) await planOne(db, candidate, now)
  return (monotonicMs() - beganMs) / candidates.length
}

const dayMs = 86_400_000

async function planOne(db: Database, { personId, productId, occasionId, at }: Candidate, now: Date) {
  const [person] = await db.query<{ consent: string; metaStop: boolean; country: string | null }>(
    `select consent, meta_stop, country from people where id = $1`,
    [personId],
  )
  if (person?.consent !== 'opted_in' || person.metaStop || person.country === 'US') return
  const past = await db.query<{ countedAt: Date }>(
    `select m.counted_at from messages m join people record on record.id = m.person_id
     where record.root_id = $1 and m.counted_at > $2 order by m.counted_at`,
    [personId, new Date(now.getTime() - 60 * dayMs)],
  )
  const isWithin = (days: number) => (message: { countedAt: Date }) =>
    message.countedAt.getTime() > now.getTime() - days * dayMs
  if (past.some(isWithin(7)) || past.filter(isWithin(30)).length >= 4) return
  const [product] = await db.query<{ isSellable: boolean }>(
    `select is_sellable, price_minor from products where id = $1`,
    [productId],
  )
  if (product !== undefined && !product.isSellable) return
  const bought = await db.query(
    `select 1 as one from people record join orders o on o.person_id = record.id join order_lines l on l.order_id = o.id
       join products p on p.wc_id = coalesce(l.variation_wc_id, l.product_wc_id) and p.shop_id = 1
     where record.root_id = $1 and o.counts and o.placed_at >= $2 and p.id = $3 limit 1`,
    [personId, at, productId],
  )
  if (bought.length > 0) return
  await db.execute(
    `insert into bench.plans (campaign_id, person_id, product_id, occasion_id, rank) values (9, $1, $2, $3, 0) on conflict do nothing`,
    [personId, productId, occasionId],
  )
}
