import type { Sql, Tx } from '../platform/database.ts'

/** Who did something and when: 'cli', 'api', 'system'. */
export interface Actor {
  name: string
  now: Date
}

export interface AuditEntry {
  shopId: number
  /** 'campaign.settings', 'shop.settings', 'run.approved', … */
  action: string
  /** 'campaign:back_in_stock', 'shop', 'run:7' */
  subject: string
  before?: unknown
  after?: unknown
}

/** Append-only, in the transaction of what it tells of. */
export async function writeAudit(tx: Tx, entry: AuditEntry, by: Actor): Promise<void> {
  await tx.execute(
    `insert into audit_log (shop_id, at, actor, action, subject, before, after) values ($1, $2, $3, $4, $5, $6, $7)`,
    [entry.shopId, by.now, by.name, entry.action, entry.subject, toJson(entry.before), toJson(entry.after)],
  )
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

export interface AuditRow {
  id: number
  at: Date
  actor: string
  action: string
  subject: string
  before: unknown
  after: unknown
}

/** The latest first. */
export function listAudit(sql: Sql, shopId: number, limit: number): Promise<AuditRow[]> {
  return sql.query<AuditRow>(
    `select id, at, actor, action, subject, before, after from audit_log where shop_id = $1 order by id desc limit $2`,
    [shopId, limit],
  )
}
