import type { Sql, Tx } from '../platform/database.ts'
import type { NoticeCode } from './notices.ts'

export interface Matter {
  shopId: number
  code: NoticeCode
  /** What it is about: a number's, template's or campaign's name; '' for the shop as a whole. */
  subject: string
}

/** Tells the merchant, once for each open matter: told again, it is counted and its details are brought up to date. */
export async function raiseNotice(
  tx: Tx,
  matter: Matter & { details?: Readonly<Record<string, unknown>>; now: Date },
): Promise<void> {
  await tx.execute(
    `insert into notices (shop_id, code, subject, details, first_at, last_at) values ($1, $2, $3, $4, $5, $5)
     on conflict (shop_id, code, subject) where resolved_at is null
     do update set times = notices.times + 1, details = excluded.details, last_at = greatest(notices.last_at, excluded.last_at)`,
    [matter.shopId, matter.code, matter.subject, JSON.stringify(matter.details ?? {}), matter.now],
  )
}

/** What it was about is over. Returns how many were open. */
export async function resolveNotice(tx: Tx, matter: Matter & { now: Date }): Promise<number> {
  return tx.execute(
    `update notices set resolved_at = $4 where shop_id = $1 and code = $2 and subject = $3 and resolved_at is null`,
    [matter.shopId, matter.code, matter.subject, matter.now],
  )
}

/** What passes by itself and has not been told again since then. Returns how many were open. */
export function resolvePassed(
  sql: Sql,
  passed: { shopId: number; codes: readonly NoticeCode[]; before: Date; now: Date },
): Promise<number> {
  return sql.execute(
    `update notices set resolved_at = $4 where shop_id = $1 and code = any($2) and last_at < $3 and resolved_at is null`,
    [passed.shopId, passed.codes, passed.before, passed.now],
  )
}

/** Seen and done with by the merchant. Told again, it is open again, as another one. False: there is no such open notice. */
export async function closeNotice(
  tx: Tx,
  which: { shopId: number; id: number; now: Date },
): Promise<boolean> {
  const closed = await tx.execute(
    `update notices set resolved_at = $3 where shop_id = $1 and id = $2 and resolved_at is null`,
    [which.shopId, which.id, which.now],
  )
  return closed > 0
}

export interface OpenNotice {
  id: number
  code: NoticeCode
  subject: string
  details: unknown
  times: number
  firstAt: Date
  lastAt: Date
}

/** The latest first. */
export function listOpenNotices(sql: Sql, shopId: number): Promise<OpenNotice[]> {
  return sql.query<OpenNotice>(
    `select id, code, subject, details, times, first_at, last_at from notices where shop_id = $1 and resolved_at is null
     order by last_at desc, id desc limit 200`,
    [shopId],
  )
}

export async function countOpenNotices(sql: Sql, shopId: number): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from notices where shop_id = $1 and resolved_at is null`,
    [shopId],
  )
  return row?.count ?? 0
}
