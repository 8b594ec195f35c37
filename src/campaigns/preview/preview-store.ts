import type { Sql, Tx } from '../../platform/database.ts'

/**
 * Senders lock people's budgets and never wait for a preview: inside its transaction a table of the same name stands in front of the
 * real one, empty, for nobody else plans in here.
 */
export async function shadowBudgets(tx: Tx): Promise<void> {
  await tx.execute(
    'create temp table contact_budgets (like public.contact_budgets including indexes) on commit drop',
  )
}

/** As if the campaign had been on all along. */
export async function pretendOn(tx: Tx, campaignId: number): Promise<void> {
  await tx.execute(`update campaigns set is_on = true, on_since = to_timestamp(0) where id = $1`, [
    campaignId,
  ])
}

/** A decision of the preview, as its row would be. */
export interface PreviewedRow {
  personId: number
  publicId: string
  country: string | null
  productId: number | null
  product: string | null
  itemKey: string
  occasion: string
  trigger: string
  state: string
  reason: string | null
  retryAt: Date | null
  messageId: number | null
  variant: string | null
  referenceMinor: number | null
  priceMinor: number | null
  dropBps: number | null
  currency: string | null
}

export interface PreviewedGroup {
  state: string
  reason: string | null
  people: number
}

// Written by this transaction or one of its savepoints: their numbers come after its own. Rows that nobody touches are older.
const isOurs = `age(l.xmin) <= age(pg_current_xact_id()::xid)`

/** How the decisions of this transaction about a campaign fall, the most frequent first. */
export function countDecisions(sql: Sql, campaignId: number): Promise<PreviewedGroup[]> {
  return sql.query<PreviewedGroup>(
    `select l.state, l.reason, count(distinct record.root_id)::int as people
     from reengagement_log l join people record on record.id = l.person_id
     where l.campaign_id = $1 and ${isOurs} group by l.state, l.reason order by 3 desc, 1, 2`,
    [campaignId],
  )
}

/** What this transaction decided about a campaign, those who get something first; each in the order in which they would be told. */
export function listDecisions(sql: Sql, campaignId: number, limit: number): Promise<PreviewedRow[]> {
  return sql.query<PreviewedRow>(
    `select root.id as person_id, root.public_id, root.country, l.product_id, p.name as product, l.item_key, l.occasion, l.trigger, l.state,
       l.reason, l.retry_at, l.message_id, l.variant, l.reference_minor, l.price_minor, l.drop_bps, p.currency
     from reengagement_log l join people record on record.id = l.person_id join people root on root.id = record.root_id
       left join products p on p.id = l.product_id
     where l.campaign_id = $1 and ${isOurs}
     order by array_position(array['reserved', 'held_out', 'waiting'], l.state), l.run_id, l.rank, l.id limit $2`,
    [campaignId, limit],
  )
}

/** The countries of those whom a message reserved by this transaction would go to, one entry a message. */
export async function listCountries(sql: Sql, campaignId: number): Promise<(string | null)[]> {
  const rows = await sql.query<{ country: string | null }>(
    `select root.country from (
       select distinct l.message_id, record.root_id from reengagement_log l join people record on record.id = l.person_id
       where l.campaign_id = $1 and l.state = 'reserved' and ${isOurs}) message join people root on root.id = message.root_id`,
    [campaignId],
  )
  return rows.map((row) => row.country)
}

export async function countHeldRuns(sql: Sql, campaignId: number): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from campaign_runs where campaign_id = $1 and state = 'held'`,
    [campaignId],
  )
  return row?.count ?? 0
}
