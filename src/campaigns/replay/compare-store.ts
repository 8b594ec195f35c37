import type { Tx } from '../../platform/database.ts'
import type { Span } from './past-store.ts'

/** What became of a candidacy: 'told' stands for everything that was sent or tried; then held_out, waiting, suppressed, expired. */
export interface Outcome {
  outcome: string
  reason: string | null
}

export interface OutcomeCount extends Outcome {
  kind: string
  happened: number
  replayed: number
}

export interface Difference {
  kind: string
  publicId: string
  product: string | null
  occasion: string
  consideredAt: Date
  /** Null: not considered. */
  happened: Outcome | null
  replayed: Outcome | null
}

const outcomeOf = (table: string): string =>
  `select l.campaign_id, record.root_id as person_id, l.item_key, l.occasion, min(l.product_id) as product_id, min(l.considered_at) as considered_at,
     (array_agg(case when l.state in ('reserved', 'uncertain', 'sent', 'delivered', 'failed', 'unknown') then 'told' else l.state end order by l.id))[1] as outcome,
     (array_agg(case when l.state in ('reserved', 'uncertain', 'sent', 'delivered', 'failed', 'unknown') then null else l.reason end order by l.id))[1] as reason
   from ${table} l join people record on record.id = l.person_id
   where l.shop_id = $1 and l.considered_at > $2 and l.considered_at <= $3
   group by l.campaign_id, record.root_id, l.item_key, l.occasion`

/** Puts what happened and what the replay decided side by side, one row for each that either considered. */
export async function pairOutcomes(tx: Tx, { shopId, start, end }: Span): Promise<void> {
  await tx.execute(
    `create temp table replay_pairs (campaign_id bigint, person_id bigint, item_key text, occasion text, product_id bigint, considered_at timestamptz(3),
       happened text, happened_reason text, replayed text, replayed_reason text) on commit drop`,
  )
  await tx.execute(
    `with happened as (${outcomeOf('public.reengagement_log')}), replayed as (${outcomeOf('reengagement_log')})
     insert into replay_pairs
     select campaign_id, person_id, item_key, occasion, coalesce(h.product_id, r.product_id), coalesce(h.considered_at, r.considered_at),
       h.outcome, h.reason, r.outcome, r.reason
     from happened h full join replayed r using (campaign_id, person_id, item_key, occasion)`,
    [shopId, start, end],
  )
}

/** How often each outcome happened, and how often the replay came to it. */
export function countOutcomes(tx: Tx): Promise<OutcomeCount[]> {
  return tx.query<OutcomeCount>(
    `select c.kind, both_sides.outcome, both_sides.reason, sum(both_sides.happened)::int as happened, sum(both_sides.replayed)::int as replayed
     from (select campaign_id, happened as outcome, happened_reason as reason, 1 as happened, 0 as replayed from replay_pairs where happened is not null
           union all select campaign_id, replayed, replayed_reason, 0, 1 from replay_pairs where replayed is not null) both_sides
       join campaigns c on c.id = both_sides.campaign_id
     group by c.id, c.kind, both_sides.outcome, both_sides.reason order by c.id, both_sides.outcome <> 'told', 4 desc, 2, 3`,
  )
}

const differs = `(pair.happened, coalesce(pair.happened_reason, '')) is distinct from (pair.replayed, coalesce(pair.replayed_reason, ''))`

export async function countDifferences(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from replay_pairs pair where ${differs}`,
  )
  return row?.count ?? 0
}

/** The first differences in the order in which they came about. */
export async function listDifferences(tx: Tx, limit: number): Promise<Difference[]> {
  const rows = await tx.query<
    Omit<Difference, 'happened' | 'replayed'> & {
      happened: string | null
      happenedReason: string | null
      replayed: string | null
      replayedReason: string | null
    }
  >(
    `select c.kind, root.public_id, p.name as product, pair.occasion, pair.considered_at, pair.happened, pair.happened_reason, pair.replayed,
       pair.replayed_reason
     from replay_pairs pair join campaigns c on c.id = pair.campaign_id join people root on root.id = pair.person_id
       left join products p on p.id = pair.product_id
     where ${differs} order by pair.considered_at, pair.person_id, pair.campaign_id limit $1`,
    [limit],
  )
  return rows.map(({ happened, happenedReason, replayed, replayedReason, ...row }) => ({
    ...row,
    happened: happened === null ? null : { outcome: happened, reason: happenedReason },
    replayed: replayed === null ? null : { outcome: replayed, reason: replayedReason },
  }))
}
