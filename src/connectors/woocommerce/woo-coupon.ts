import { DateTime } from 'luxon'
import { asFields, readGmt, readId, readInteger, readList, readText } from './read-fields.ts'
import type { WooAnswer, WooClient } from './woo-client.ts'

/** A coupon as the shop keeps it. */
export interface WooCoupon {
  wcId: number
  /** In small letters, whatever was sent. */
  code: string
  expiresAt: Date | null
  usageCount: number
  /** Whose it is: what was written when it was made; nothing on the merchant's own. */
  mark: string | null
}

/** One use, by one buyer, together with no other coupon. */
export interface CouponTerms {
  /** Whole percents only: 1000 is 10 %. */
  percentBps: number
  expiresAt: Date
  /** The site's zone as far as known; put right by what the shop answers. */
  timeZone: string
}

export interface NewCoupon extends CouponTerms {
  code: string
  mark: string
  description: string
}

export type CouponTrouble =
  /** Asking again will not help: the shop's own code. `forbidden`: coupons are out of our reach altogether. */
  | { kind: 'refused'; code: string; isForbidden: boolean }
  /** No answer that means anything; what was asked may have been done. */
  | { kind: 'unavailable'; reason: string }

export type CouponAnswer =
  { kind: 'coupon'; coupon: WooCoupon } | { kind: 'taken' } | { kind: 'gone' } | CouponTrouble

const markKey = '_hub_candidacy'

/** `taken`: there is a coupon with this code. The date may not be the one asked for: see `keepExpiry`. */
export async function createCoupon(client: WooClient, coupon: NewCoupon): Promise<CouponAnswer> {
  return readAnswer(
    await client.send('POST', 'wc/v3/coupons', {
      code: coupon.code,
      discount_type: 'percent',
      individual_use: true,
      usage_limit: 1,
      usage_limit_per_user: 1,
      description: coupon.description,
      meta_data: [{ key: markKey, value: coupon.mark }],
      ...toFields(coupon),
    }),
  )
}

/** Brings percentage and date up to the terms. `gone`: there is no such coupon any more. */
export async function updateCoupon(
  client: WooClient,
  wcId: number,
  terms: CouponTerms,
): Promise<CouponAnswer> {
  return readAnswer(await client.send('PUT', `wc/v3/coupons/${wcId}`, toFields(terms)))
}

/** `gone`: no coupon has this code. */
export async function findCoupon(client: WooClient, code: string): Promise<CouponAnswer> {
  const answer = await client.get('wc/v3/coupons', { code })
  if (answer.kind !== 'ok') return readAnswer(answer)
  const coupons = readList(answer.value).flatMap((item) => parseCoupon(item) ?? [])
  const coupon = coupons.find((one) => one.code.toLowerCase() === code.toLowerCase())
  return coupon === undefined ? { kind: 'gone' } : { kind: 'coupon', coupon }
}

/** For good, past the trash; a coupon that is gone already is deleted, too. */
export async function deleteCoupon(
  client: WooClient,
  wcId: number,
): Promise<{ kind: 'deleted' } | CouponTrouble> {
  const answer = readAnswer(await client.send('DELETE', `wc/v3/coupons/${wcId}`, undefined, { force: true }))
  return answer.kind === 'refused' || answer.kind === 'unavailable' ? answer : { kind: 'deleted' }
}

/** False where the shop's owner has switched coupons off: they can be made, and nobody can enter them. Not known: true. */
export async function hasCoupons(client: WooClient): Promise<boolean> {
  const answer = await client.get('wc/v3/settings/general/woocommerce_enable_coupons')
  return answer.kind !== 'ok' || asFields(answer.value)?.value !== 'no'
}

const corrections = 2
const hourMs = 3_600_000

/**
 * Makes sure that a coupon that was just written ends when it should. `date_expires_gmt` is dropped on write, and `date_expires` is read
 * in the site's zone, which may not be the one we know: what comes back tells by how much it is off.
 */
export async function keepExpiry(
  client: WooClient,
  written: WooCoupon,
  terms: CouponTerms,
): Promise<CouponAnswer> {
  let coupon = written
  let localMs = toLocalMs(terms)
  for (let corrected = 0; ; corrected++) {
    const offMs = terms.expiresAt.getTime() - (coupon.expiresAt?.getTime() ?? NaN)
    if (offMs === 0) return { kind: 'coupon', coupon }
    // An hour that the site's clock shows twice: the later one is good enough.
    if (corrected > 0 && offMs < 0 && offMs >= -hourMs) return { kind: 'coupon', coupon }
    if (Number.isNaN(offMs) || corrected === corrections)
      return { kind: 'unavailable', reason: 'the shop keeps another date than it was given' }
    localMs += offMs
    const answer = readAnswer(
      await client.send('PUT', `wc/v3/coupons/${coupon.wcId}`, { date_expires: toText(localMs) }),
    )
    if (answer.kind !== 'coupon') return answer
    coupon = answer.coupon
  }
}

function toFields(terms: CouponTerms): Record<string, string> {
  const cents = String(terms.percentBps).padStart(3, '0')
  return { amount: `${cents.slice(0, -2)}.${cents.slice(-2)}`, date_expires: toText(toLocalMs(terms)) }
}

/** The wall clock of the zone, as if it were UTC. */
function toLocalMs({ expiresAt, timeZone }: CouponTerms): number {
  return DateTime.fromJSDate(expiresAt, { zone: timeZone }).setZone('utc', { keepLocalTime: true }).toMillis()
}

function toText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19)
}

function readAnswer(answer: WooAnswer): CouponAnswer {
  if (answer.kind === 'unavailable') return answer
  if (answer.kind === 'refused') return readRefusal(answer)
  const coupon = parseCoupon(answer.value)
  return coupon === undefined
    ? { kind: 'unavailable', reason: 'answered without a coupon' }
    : { kind: 'coupon', coupon }
}

function readRefusal({
  status,
  code,
}: Extract<WooAnswer, { kind: 'refused' }>): Exclude<CouponAnswer, { kind: 'coupon' }> {
  if (status >= 500 || status === 429)
    return { kind: 'unavailable', reason: `answered ${status} ${code}`.trim() }
  if (code === 'woocommerce_rest_coupon_code_already_exists') return { kind: 'taken' }
  // A 404 alone proves nothing: it may be the route that is missing.
  if (code === 'woocommerce_rest_shop_coupon_invalid_id') return { kind: 'gone' }
  return { kind: 'refused', code, isForbidden: [401, 403, 404].includes(status) }
}

function parseCoupon(value: unknown): WooCoupon | undefined {
  const fields = asFields(value)
  const wcId = readId(fields?.id)
  if (fields === undefined || wcId === undefined) return undefined
  const mark = readList(fields.meta_data)
    .map(asFields)
    .find((meta) => meta?.key === markKey)
  return {
    wcId,
    code: readText(fields.code),
    expiresAt: readGmt(fields.date_expires_gmt),
    usageCount: readInteger(fields.usage_count) ?? 0,
    mark: mark === undefined ? null : readText(mark.value),
  }
}
