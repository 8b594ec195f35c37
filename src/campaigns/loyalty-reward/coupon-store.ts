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

/** The coupons of candidacies, locked; by candidacy. */
export async function lockCouponsOf(
  tx: Tx,
  candidacyIds: readonly number[],
): Promise<ReadonlyMap<number, CouponRow>> {
  const coupons = await tx.query<CouponRow>(
    `select ${columns} from coupons c where c.candidacy_id = any($1) order by c.id for update`,
    [candidacyIds],
  )
  return new Map(coupons.map((coupon) => [coupon.candidacyId, coupon]))
}

/** What only each of these people has (people.public_id), by person. */
export async function listPersonKeys(
  sql: Sql,
  personIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (personIds.length === 0) return new Map()
  const people = await sql.query<{ id: number; publicId: string }>(
    `select id, public_id from people where id = any($1)`,
    [personIds],
  )
  return new Map(people.map(({ id, publicId }) => [id, publicId]))
}

/** What coupons are to be when they are made, or brought up to. */
export interface CouponTerms {
  percentBps: number
  lastDay: string
  expiresAt: Date
}

/**
 * Written before the shop is asked. Returns the candidacies that have theirs now; of the others the code belongs to another coupon (or the
 * row is there already).
 */
export async function insertCoupons(
  tx: Tx,
  coupons: readonly { candidacyId: number; personId: number; code: string }[],
  terms: CouponTerms & { shopId: number },
  now: Date,
): Promise<ReadonlySet<number>> {
  const inserted = await tx.query<{ candidacyId: number }>(
    `insert into coupons (shop_id, person_id, candidacy_id, code, percent_bps, last_day, expires_at, state, attempts, due_at, created_at, updated_at)
     select $1, u.person_id, u.candidacy_id, u.code, $2, $3, $4, 'planned', 0, $5, $5, $5
     from unnest($6::bigint[], $7::bigint[], $8::text[]) u(person_id, candidacy_id, code)
     on conflict do nothing returning candidacy_id`,
    [
      terms.shopId,
      terms.percentBps,
      terms.lastDay,
      terms.expiresAt,
      now,
      coupons.map(({ personId }) => personId),
      coupons.map(({ candidacyId }) => candidacyId),
      coupons.map(({ code }) => code),
    ],
  )
  return new Set(inserted.map(({ candidacyId }) => candidacyId))
}

/** Coupons that the caller has locked are to be made again (with another code), or to be brought up to the terms. */
export async function planCoupons(
  tx: Tx,
  coupons: readonly { id: number; code: string }[],
  terms: CouponTerms,
  now: Date,
): Promise<void> {
  if (coupons.length === 0) return
  await tx.execute(
    `update coupons c set code = u.code, percent_bps = $3, last_day = $4, expires_at = $5, state = 'planned', reason = null, attempts = 0,
       due_at = $6, updated_at = $6 from unnest($1::bigint[], $2::text[]) u(id, code) where c.id = u.id`,
    [
      coupons.map(({ id }) => id),
      coupons.map(({ code }) => code),
      terms.percentBps,
      terms.lastDay,
      terms.expiresAt,
      now,
    ],
  )
}

/** Of those on their way: what they must be when they are made. Who is making one now will see that it is out of date. */
export async function moveTerms(
  tx: Tx,
  ids: readonly number[],
  terms: CouponTerms,
  now: Date,
): Promise<void> {
  if (ids.length === 0) return
  await tx.execute(
    `update coupons set percent_bps = $2, last_day = $3, expires_at = $4, updated_at = $5 where id = any($1)`,
    [ids, terms.percentBps, terms.lastDay, terms.expiresAt, now],
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
