import type { Sql, Tx } from '../../platform/database.ts'
import type { CouponLedger } from './decide-coupon.ts'
import { nextCouponCode } from './coupon-code.ts'

export interface CouponRow extends CouponLedger {
  id: number
  shopId: number
  candidacyId: number
  personId: number
  code: string
  lastDay: string
}

const columns = `c.id, c.shop_id, c.candidacy_id, c.person_id, c.code, c.wc_id, c.percent_bps, c.last_day, c.expires_at, c.state, c.reason,
  c.attempts, c.due_at`

/** The coupon of a candidacy, locked. */
export async function lockCouponOf(tx: Tx, candidacyId: number): Promise<CouponRow | undefined> {
  const [coupon] = await tx.query<CouponRow>(
    `select ${columns} from coupons c where c.candidacy_id = $1 for update`,
    [candidacyId],
  )
  return coupon
}

export async function loadPersonKey(sql: Sql, personId: number): Promise<string> {
  const [person] = await sql.query<{ publicId: string }>(`select public_id from people where id = $1`, [
    personId,
  ])
  return person?.publicId ?? ''
}

/** What a coupon is planned as: to be made, or brought up to this. */
export interface CouponPlan {
  code: string
  percentBps: number
  lastDay: string
  expiresAt: Date
}

/** Written before the shop is asked. False when its code belongs to another coupon (or its row is there already). */
export async function insertCoupon(
  tx: Tx,
  about: { shopId: number; candidacyId: number; personId: number },
  plan: CouponPlan,
  now: Date,
): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into coupons (shop_id, person_id, candidacy_id, code, percent_bps, last_day, expires_at, state, attempts, due_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'planned', 0, $8, $8, $8) on conflict do nothing`,
    [
      about.shopId,
      about.personId,
      about.candidacyId,
      plan.code,
      plan.percentBps,
      plan.lastDay,
      plan.expiresAt,
      now,
    ],
  )
  return inserted > 0
}

/** A coupon that the caller has locked is to be made again (with another code), or to be brought up to the plan. */
export async function planCoupon(tx: Tx, id: number, plan: CouponPlan, now: Date): Promise<void> {
  await tx.execute(
    `update coupons set code = $2, percent_bps = $3, last_day = $4, expires_at = $5, state = 'planned', reason = null, attempts = 0,
       due_at = $6, updated_at = $6 where id = $1`,
    [id, plan.code, plan.percentBps, plan.lastDay, plan.expiresAt, now],
  )
}

/** Of one that is on its way: what it must be when it is made. Who is making it now will see that it is out of date. */
export async function moveTerms(
  tx: Tx,
  id: number,
  plan: Omit<CouponPlan, 'code'>,
  now: Date,
): Promise<void> {
  await tx.execute(
    `update coupons set percent_bps = $2, last_day = $3, expires_at = $4, updated_at = $5 where id = $1`,
    [id, plan.percentBps, plan.lastDay, plan.expiresAt, now],
  )
}

export interface ClaimedCoupon extends CouponRow {
  shopKey: string
  timeZone: string
  personKey: string
}

/** What is to be made or deleted, taken for a while: nobody else works on it before `leaseMs` have passed. */
export function claimCoupons(
  sql: Sql,
  now: Date,
  { leaseMs, limit }: { leaseMs: number; limit: number },
): Promise<ClaimedCoupon[]> {
  return sql.query<ClaimedCoupon>(
    `with due as (
       select id from coupons where state in ('planned', 'to_delete') and due_at <= $1 order by due_at, id limit $3 for update skip locked
     )
     update coupons c set attempts = c.attempts + 1, reason = null, due_at = $2, updated_at = $1
     from due, shops s, people w where c.id = due.id and s.id = c.shop_id and w.id = c.person_id
     returning ${columns}, s.key as shop_key, s.time_zone, w.public_id as person_key`,
    [now, new Date(now.getTime() + leaseMs), limit],
  )
}

/** Gives a coupon that is still ours to make another code, and returns it. Nothing: it is no longer ours. */
export async function renameCoupon(
  sql: Sql,
  claimed: ClaimedCoupon,
  from: string,
  now: Date,
): Promise<string | undefined> {
  const code = nextCouponCode(claimed, from)
  const renamed = await sql.execute(
    `update coupons set code = $3, wc_id = null, updated_at = $4
     where id = $1 and state = 'planned' and attempts = $2 and not exists (select 1 from coupons other where other.shop_id = $5 and other.code = $3)`,
    [claimed.id, claimed.attempts, code, now, claimed.shopId],
  )
  return renamed === 0 ? undefined : code
}

export async function lockCoupon(tx: Tx, id: number): Promise<CouponRow | undefined> {
  const [coupon] = await tx.query<CouponRow>(`select ${columns} from coupons c where c.id = $1 for update`, [
    id,
  ])
  return coupon
}

export async function saveCoupon(tx: Tx, id: number, coupon: CouponLedger, now: Date): Promise<void> {
  await tx.execute(
    `update coupons set state = $2, wc_id = $3, reason = $4, attempts = $5, due_at = $6, updated_at = $7 where id = $1`,
    [id, coupon.state, coupon.wcId, coupon.reason, coupon.attempts, coupon.dueAt, now],
  )
}

/**
 * The coupons of candidacies whose message ended unsent are to be deleted, those still being made and those refused (which the shop may
 * have made all the same) included. What has been taken to be worked on is left to whoever works on it.
 */
export async function releaseCoupons(
  tx: Tx,
  changes: readonly { candidacyId: number }[],
  now: Date,
): Promise<void> {
  if (changes.length === 0) return
  await tx.execute(
    `update coupons set state = 'to_delete', attempts = case when state = 'planned' then attempts else 0 end,
       due_at = greatest(due_at, $2), updated_at = $2
     where candidacy_id = any($1) and state in ('planned', 'made', 'refused')`,
    [changes.map((change) => change.candidacyId), now],
  )
}

/** An order was placed with these codes: theirs is used, whatever else was planned with it. */
export async function markCouponsUsed(
  tx: Tx,
  shopId: number,
  codes: readonly string[],
  now: Date,
): Promise<void> {
  if (codes.length === 0) return
  await tx.execute(
    `update coupons set state = 'used', reason = null, updated_at = $3 where shop_id = $1 and code = any($2) and state <> 'used'`,
    [shopId, codes.map((code) => code.trim().toLowerCase()), now],
  )
}

/**
 * The net under `releaseCoupons`, and the broom: coupons whose message has ended or gave way to another are to be deleted, and so are those
 * that expired more than a day ago and nobody used.
 */
export function retireCoupons(sql: Sql, now: Date): Promise<number> {
  return sql.execute(
    `update coupons c set state = 'to_delete', attempts = case when c.state = 'planned' then c.attempts else 0 end,
       due_at = greatest(c.due_at, $1), updated_at = $1
     from reengagement_log l
     where l.id = c.candidacy_id and c.state in ('planned', 'made', 'refused')
       and (l.state in ('waiting', 'suppressed', 'expired', 'failed', 'held_out') or c.expires_at < $1::timestamptz - interval '1 day')`,
    [now],
  )
}
