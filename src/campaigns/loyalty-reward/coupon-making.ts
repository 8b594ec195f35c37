import {
  createCoupon,
  deleteCoupon,
  findCoupon,
  hasCoupons,
  keepExpiry,
  updateCoupon,
  type CouponAnswer,
  type CouponTrouble,
} from '../../connectors/woocommerce/woo-coupon.ts'
import type { WooClient } from '../../connectors/woocommerce/woo-client.ts'
import type { ClaimedCoupon } from './coupon-store.ts'
import type { CouponOutcome } from './decide-coupon.ts'

export interface MakingDeps {
  client: WooClient
  /** Stores another code for the coupon before it is used. Nothing: the coupon is no longer ours to make. */
  rename: (from: string) => Promise<string | undefined>
}

const otherCodes = 3

/**
 * Makes the coupon at the shop, or brings the one that is there up to the plan; for use outside a transaction. An earlier call may have
 * made it without our hearing of it, so from the second attempt on it is looked up first, by its code and our mark: there is never a
 * second one. A code that is somebody else's is left alone, and another one taken.
 */
export async function makeCoupon(deps: MakingDeps, coupon: ClaimedCoupon): Promise<CouponOutcome> {
  const { client } = deps
  if (coupon.wcId !== null) {
    const updated = await updateCoupon(client, coupon.wcId, coupon)
    // Somebody has deleted it in the shop.
    if (updated.kind !== 'gone') return finish(deps, coupon, updated)
  }
  if (!(await hasCoupons(client))) return { kind: 'refused', wcId: null, reason: 'coupons_disabled' }
  let code: string | undefined = coupon.wcId === null ? coupon.code : await deps.rename(coupon.code)
  let isKnown = coupon.attempts > 1
  for (let renamed = 0; code !== undefined && renamed <= otherCodes; renamed++) {
    const outcome = await makeWithCode(deps, { ...coupon, code }, isKnown)
    if (outcome !== 'foreign') return outcome
    isKnown = false
    if (renamed < otherCodes) code = await deps.rename(code)
  }
  return code === undefined
    ? { kind: 'failed', wcId: null, reason: 'superseded' }
    : { kind: 'refused', wcId: null, reason: 'coupon_refused' }
}

async function makeWithCode(
  deps: MakingDeps,
  coupon: ClaimedCoupon,
  isKnown: boolean,
): Promise<CouponOutcome | 'foreign'> {
  const mark = markOf(coupon)
  let found: CouponAnswer = isKnown ? await findCoupon(deps.client, coupon.code) : { kind: 'gone' }
  if (found.kind === 'gone') {
    const description = 'Loyalty reward, made by the WhatsApp Commerce Hub for one person'
    const made = await createCoupon(deps.client, { ...coupon, mark, description })
    if (made.kind !== 'taken') return finish(deps, coupon, made)
    found = await findCoupon(deps.client, coupon.code)
  }
  // Taken, and not shown to us: a draft, or in the trash. Not ours in any case.
  if (found.kind === 'gone' || found.kind === 'taken') return 'foreign'
  if (found.kind !== 'coupon') return toFailure(found, null)
  if (found.coupon.mark !== mark) return 'foreign'
  return finish(deps, coupon, await updateCoupon(deps.client, found.coupon.wcId, coupon))
}

/** Made means: with the date that will be printed. */
async function finish(
  deps: MakingDeps,
  coupon: ClaimedCoupon,
  written: CouponAnswer,
): Promise<CouponOutcome> {
  if (written.kind !== 'coupon') return toFailure(written, null)
  const { wcId } = written.coupon
  const kept = await keepExpiry(deps.client, written.coupon, coupon)
  if (kept.kind !== 'coupon') return toFailure(kept, wcId)
  return { kind: 'made', wcId, percentBps: coupon.percentBps, expiresAt: coupon.expiresAt }
}

function toFailure(answer: Exclude<CouponAnswer, { kind: 'coupon' }>, wcId: number | null): CouponOutcome {
  switch (answer.kind) {
    case 'refused':
      return { kind: 'refused', wcId, reason: answer.isForbidden ? 'coupons_disabled' : 'coupon_refused' }
    case 'unavailable':
      return { kind: 'failed', wcId, reason: answer.reason }
    case 'taken':
    case 'gone':
      return { kind: 'failed', wcId, reason: answer.kind }
  }
}

/** Deletes it for good. What is not ours stays, and so does what somebody has bought with. */
export async function removeCoupon(client: WooClient, coupon: ClaimedCoupon): Promise<CouponOutcome> {
  const found = await findCoupon(client, coupon.code)
  if (found.kind === 'refused' || found.kind === 'unavailable') return toTrouble(found, null)
  if (found.kind !== 'coupon' || found.coupon.mark !== markOf(coupon)) return { kind: 'deleted' }
  const { wcId, usageCount } = found.coupon
  if (usageCount > 0) return { kind: 'used', wcId }
  const answer = await deleteCoupon(client, wcId)
  return answer.kind === 'deleted' ? answer : toTrouble(answer, wcId)
}

function toTrouble(answer: CouponTrouble, wcId: number | null): CouponOutcome {
  return { kind: 'failed', wcId, reason: answer.kind === 'refused' ? answer.code : answer.reason }
}

/** Written into the coupon, so that it is known as ours when its code comes up again. */
function markOf({ shopKey, candidacyId }: ClaimedCoupon): string {
  return `${shopKey}:${candidacyId}`
}
