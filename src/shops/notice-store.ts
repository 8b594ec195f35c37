import type { Tx } from '../platform/database.ts'
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
