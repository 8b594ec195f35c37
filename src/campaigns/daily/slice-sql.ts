// The parts of the daily run's statement that gather what is known of a slice's people. All of it is read by ranges of ids and joined by
// hashing: a lookup for each person would cost more than reading everybody's rows once. Merged records may lie anywhere; they are few,
// and looked up.

/** Names of bound values: people (roots) with an id above `after` and up to `last`. */
export interface SliceNames {
  shopId: string
  after: string
  last: string
  now: string
}

const within = (column: string, { after, last }: SliceNames): string =>
  `${column} > ${after} and ${column} <= ${last}`

/** SQL: rows of a table with a person_id that belong to the slice's people: their own, and those of records merged into them. */
function rowsSql(names: SliceNames, table: string, columns: string, condition: string): string {
  return `select ${columns} from ${table} t where ${within('t.person_id', names)} and ${condition}
    union all
    select ${columns} from child c cross join lateral (select * from ${table} t where t.person_id = c.id and ${condition} offset 0) t
    where not (${within('c.id', names)})`
}

/**
 * The queries `self` (roots of the slice), `child` (records merged into them), `inactive` (who has been away, with all records added up)
 * and `record` (id, root_id: every record of those).
 */
export function inactiveSql(
  names: SliceNames,
  rule: { awaySince: string; awayUntil: string; quietSince: string },
): string {
  return `self as materialized (
    select p.id, p.created_at, p.last_inbound_at, p.country, p.consent, p.meta_stop, p.marketing_paused_at
    from people p where p.shop_id = ${names.shopId} and ${within('p.id', names)} and p.merged_into is null and p.erased_at is null
  ),
  child as materialized (
    select c.id, c.root_id, c.created_at, c.last_inbound_at from people c where c.merged_into is not null and ${within('c.root_id', names)}
  ),
  merged as (
    select c.root_id, min(c.created_at) as created_at, max(c.last_inbound_at) as last_inbound_at, max(b.last_order_at) as last_order_at,
      sum(b.orders) as orders, sum(b.spent_minor) as spent
    from child c left join person_purchases b on b.person_id = c.id group by c.root_id
  ),
  bought as (
    select b.person_id, b.last_order_at, b.orders, b.spent_minor from person_purchases b where ${within('b.person_id', names)}
  ),
  together as materialized (
    select t.*, coalesce(
        t.away_since between ${rule.awaySince} and ${rule.awayUntil} and (t.last_inbound_at is null or t.last_inbound_at <= ${rule.quietSince}),
        false) as is_inactive
    from (
      select s.id, s.country, s.consent, s.meta_stop, s.marketing_paused_at, greatest(s.last_inbound_at, m.last_inbound_at) as last_inbound_at,
        greatest(b.last_order_at, m.last_order_at) as last_order_at,
        coalesce(greatest(b.last_order_at, m.last_order_at), least(s.created_at, m.created_at)) as away_since,
        (coalesce(b.orders, 0) + coalesce(m.orders, 0))::int as orders, (coalesce(b.spent_minor, 0) + coalesce(m.spent, 0))::bigint as spent
      from self s left join bought b on b.person_id = s.id left join merged m on m.root_id = s.id) t
  ),
  inactive as materialized (select * from together where is_inactive),
  record as materialized (
    select id, id as root_id from inactive union all select c.id, c.root_id from child c join inactive i on i.id = c.root_id
  )`
}

/** The query `win_back`: what was sent to each root to win them back, and when. */
export function winBackSql(
  names: SliceNames,
  about: { campaignIds: string; loyaltyId: string; afterUnanswered: number },
): string {
  const columns = 't.person_id, t.campaign_id, t.message_id'
  const condition = `t.campaign_id = any(${about.campaignIds}) and t.message_id is not null`
  return `told as (${rowsSql(names, 'reengagement_log', columns, condition)}),
  counted as (${rowsSql(names, 'messages', 't.id, t.counted_at', 't.counted_at is not null')}),
  win_back as (
    select r.root_id, max(m.counted_at) as last_at, max(m.counted_at) filter (where told.campaign_id = ${about.loyaltyId}) as last_loyalty_at,
      count(*) filter (where i.last_order_at is null or m.counted_at > i.last_order_at) as since_order,
      (array_agg(m.counted_at order by m.counted_at desc))[${about.afterUnanswered}] as third_at
    from told join counted m on m.id = told.message_id join record r on r.id = told.person_id join inactive i on i.id = r.root_id
    group by r.root_id
  )`
}

/**
 * The queries `fresh` (new products by category) and `liked` (each root's category, bought or viewed most, where it has new ones: how many,
 * and how many of them nobody of the inactive can have bought, being sold for a shorter time than they have been away).
 */
export function arrivalsSql(
  names: SliceNames,
  rule: { isOn: boolean; newSince: string; awayUntil: string },
): string {
  return `fresh as materialized (
    select p.id, p.item_key, unnest(p.category_ids) as category_id,
      -- Of the item: a translation may be new of what has long been sold.
      (select min(coalesce(same.first_published_at, '-infinity')) from products same
       where same.shop_id = p.shop_id and same.item_key = p.item_key) as sold_since
    from products p
    where ${rule.isOn ? 'true' : 'false'} and p.shop_id = ${names.shopId} and p.kind <> 'variation' and p.deleted_at is null
      and p.first_published_at > ${rule.newSince} and p.first_published_at <= ${names.now} and p.status = 'publish' and p.is_visible
      and (p.is_sellable or exists (select 1 from products v where v.parent_id = p.id and v.is_sellable))
  ),
  fresh_of as (
    select category_id, count(*) as items, count(*) filter (where sold_since > ${rule.awayUntil}) as certain from fresh group by category_id
  ),
  interest as (${rowsSql(names, 'category_interest', 't.person_id, t.category_id, t.views + t.purchases as score', 'exists (select 1 from fresh)')}),
  liked as (
    select distinct on (root_id) root_id, category_id, items, certain from (
      select r.root_id, t.category_id, f.items, f.certain, sum(t.score) as score
      from interest t join record r on r.id = t.person_id left join fresh_of f on f.category_id = t.category_id
      group by r.root_id, t.category_id, f.items, f.certain) scored
    order by root_id, score desc, category_id
  )`
}

/**
 * The query `news`: candidacies of these people about stock or a price that still hold, waiting or held up by what may have passed; and
 * `newsworthy`: which of the two a root is told of, and whether it is on its way already.
 */
export function newsSql(
  names: SliceNames,
  about: { stockId: string; priceId: string; passing: string },
): string {
  const columns =
    't.id, t.person_id, t.campaign_id, t.run_id, t.state, t.product_id, t.cycle_id, t.price_event_id, t.price_minor'
  const condition = `t.expires_at > ${names.now} and t.campaign_id in (${about.stockId}, ${about.priceId})
      and (t.state in ('waiting', 'reserved') or (t.state = 'suppressed' and t.trigger <> 'asked' and t.reason = any(${about.passing})))`
  return `recent as (${rowsSql(names, 'reengagement_log', columns, condition)}),
  news as materialized (
    select r.root_id as person_id, l.id, l.campaign_id, l.run_id, l.state in ('waiting', 'reserved') as is_open
    from recent l join record r on r.id = l.person_id
      left join stock_cycles y on y.id = l.cycle_id left join products p on p.id = l.product_id
    where (l.cycle_id is null or y.closed_at is null)
      and (l.price_event_id is null or (p.is_sellable and p.price_minor <= l.price_minor))
  ),
  newsworthy as (
    select person_id, coalesce(min(campaign_id) filter (where campaign_id = ${about.stockId}), min(campaign_id)) as campaign_id,
      coalesce(bool_or(is_open) filter (where campaign_id = ${about.stockId}), false) as stock_open,
      coalesce(bool_or(is_open) filter (where campaign_id = ${about.priceId}), false) as price_open
    from news group by person_id
  )`
}
