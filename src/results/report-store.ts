import type { Sql } from '../platform/database.ts'
import { leadingCandidacySql } from './ledger-store.ts'

/** Candidacies that were considered in a span of time, by the days of the shop's zone. */
export interface Span {
  shopId: number
  from: Date
  /** Not part of it. */
  until: Date
  timeZone: string
  /** A registered kind; left out: all. */
  kind?: string | undefined
}

/** What every row of a report's parts is counted by. */
export interface Group {
  kind: string
  variant: string | null
  day: string
}

const scope = `l.shop_id = $1 and l.considered_at >= $2 and l.considered_at < $3 and ($5::text is null or c.kind = $5)`
const day = `to_char(considered_at at time zone $4, 'YYYY-MM-DD')`
const valuesOf = ({ shopId, from, until, timeZone, kind }: Span): unknown[] => [
  shopId,
  from,
  until,
  timeZone,
  kind ?? null,
]

export function countStates(
  sql: Sql,
  span: Span,
): Promise<(Group & { state: string; reason: string | null; count: number })[]> {
  return sql.query(
    `select c.kind, l.variant, ${day} as day, l.state, l.reason, count(*)::int as count
     from reengagement_log l join campaigns c on c.id = l.campaign_id
     where ${scope} group by 1, 2, 3, 4, 5`,
    valuesOf(span),
  )
}

export interface MessageCounts extends Group {
  costCurrency: string | null
  costMicros: number
  messages: number
  delivered: number
  read: number
  clicked: number
  replied: number
  optedOut: number
}

const answerHours = 72

/**
 * Messages that began to be sent, each at its leading candidacy. An answer or an opt-out belongs to the message that came last before it,
 * for 72 hours.
 */
export function countMessages(sql: Sql, span: Span): Promise<MessageCounts[]> {
  return sql.query(
    `with led as (
       select distinct m.id, m.person_id, m.delivered_at, m.read_at, m.counted_at, m.cost_micros, m.cost_currency,
         least(m.delivered_at, m.read_at) as seen_at
       from reengagement_log l join campaigns c on c.id = l.campaign_id
         join message_candidacies mc on mc.candidacy_id = l.id join messages m on m.id = mc.message_id
       where ${scope} and m.started_at is not null
     ),
     counted as (
       select led.*, c.kind, lead.variant, lead.considered_at, p.root_id,
         case when led.seen_at is not null then least(led.seen_at + interval '${answerHours} hours', (
           select min(n.counted_at) from people r join messages n on n.person_id = r.id
           where r.root_id = p.root_id and n.counted_at > coalesce(led.counted_at, led.seen_at))) end as answers_until
       from led cross join lateral (${leadingCandidacySql('led.id')}) lead
         join campaigns c on c.id = lead.campaign_id join people p on p.id = led.person_id
       where lead.considered_at >= $2 and lead.considered_at < $3 and ($5::text is null or c.kind = $5)
     )
     select kind, variant, ${day} as day, cost_currency, coalesce(sum(cost_micros), 0)::bigint as cost_micros, count(*)::int as messages,
       count(seen_at)::int as delivered, count(read_at)::int as read,
       count(*) filter (where exists (select 1 from clicks k where k.message_id = counted.id and not k.is_robot))::int as clicked,
       count(*) filter (where seen_at is not null and exists (
         select 1 from people r join inbound_messages i on i.person_id = r.id
         where r.root_id = counted.root_id and i.at >= seen_at and i.at < answers_until))::int as replied,
       count(*) filter (where seen_at is not null and exists (
         select 1 from people r join consent_log o on o.person_id = r.id
         where r.root_id = counted.root_id and o.purpose = 'marketing' and o.state = 'opted_out'
           and o.at >= seen_at and o.at < answers_until))::int as opted_out
     from counted group by 1, 2, 3, 4`,
    valuesOf(span),
  )
}

export interface EarnedCounts extends Group {
  isViewThrough: boolean
  currency: string
  orders: number
  converted: number
  grossMinor: number
  refundsMinor: number
}

/** What the ledger says of candidacies that were considered in the span, whenever it was earned. */
export function sumEarned(sql: Sql, span: Span): Promise<EarnedCounts[]> {
  return sql.query(
    `with earned as (
       select a.message_id, a.candidacy_id, a.how = 'view' as is_view_through, a.currency, sum(a.conversions)::int as orders,
         coalesce(sum(a.amount_minor) filter (where a.entry like 'credit%'), 0) as gross_minor,
         coalesce(-sum(a.amount_minor) filter (where a.entry like 'refund%'), 0) as refunds_minor,
         -- A message that sold in two currencies is one message.
         row_number() over (partition by a.message_id, a.how = 'view' order by sum(a.conversions) desc, a.currency) as nth
       from attribution_ledger a where a.shop_id = $1 group by 1, 2, 3, 4
     )
     select c.kind, l.variant, ${day} as day, is_view_through, currency, sum(orders)::int as orders,
       count(*) filter (where orders > 0 and nth = 1)::int as converted,
       sum(gross_minor)::bigint as gross_minor, sum(refunds_minor)::bigint as refunds_minor
     from earned join reengagement_log l on l.id = candidacy_id join campaigns c on c.id = l.campaign_id
     where ${scope} group by 1, 2, 3, 4, 5`,
    valuesOf(span),
  )
}

export interface OrderCounts {
  currency: string
  paid: number
  unmatched: number
  unmatchedMinor: number
}

/** Orders placed in the span that were paid and stand. */
export function countOrders(sql: Sql, span: Span): Promise<OrderCounts[]> {
  return sql.query(
    `select currency, count(*)::int as paid, count(*) filter (where matched_by is null)::int as unmatched,
       coalesce(sum(items_minor - refunded_minor) filter (where matched_by is null), 0)::bigint as unmatched_minor
     from orders where shop_id = $1 and placed_at >= $2 and placed_at < $3 and paid_at is not null and counts group by 1 order by 1`,
    [span.shopId, span.from, span.until],
  )
}

export interface ArmCounts {
  kind: string
  isHeldOut: boolean
  people: number
  ordered: number
}

/**
 * Both arms by intention to treat: everybody for whom a campaign's message was reserved, whatever became of it, against everybody who was held
 * out. Each person once a campaign, by the first (intended) send; ordered: an order that was paid and stands, placed within the days.
 */
export function countArms(sql: Sql, span: Span, liftDays: number): Promise<ArmCounts[]> {
  return sql.query(
    `with meant as (
       select distinct on (c.kind, p.root_id) c.kind, p.root_id, m.state = 'held_out' as is_held_out,
         coalesce(m.started_at, m.counted_at, m.due_at) as at
       from reengagement_log l join campaigns c on c.id = l.campaign_id
         join message_candidacies mc on mc.candidacy_id = l.id join messages m on m.id = mc.message_id
         join people p on p.id = m.person_id
       where ${scope} and m.purpose = 'campaign' and $4::text is not null
       order by 1, 2, 4, m.id
     )
     select kind, is_held_out, count(*)::int as people, count(*) filter (where exists (
       select 1 from people r join orders o on o.person_id = r.id
       where r.root_id = meant.root_id and o.counts and o.paid_at is not null
         and o.placed_at > meant.at - interval '1 second' and o.placed_at < meant.at + make_interval(hours => $6)))::int as ordered
     from meant group by 1, 2`,
    [...valuesOf(span), liftDays * 24],
  )
}
