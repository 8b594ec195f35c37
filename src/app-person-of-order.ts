import type { WooOrder } from './connectors/woocommerce/woo-order.ts'
import type { MatchedBy, PersonOfOrder } from './orders/apply-order-version.ts'
import type { LinkTokens } from './outbox/link-token.ts'
import type { GivenIdentity, IdentityKind } from './people/identity.ts'
import { resolvePerson, type ResolveInput } from './people/resolve-person.ts'
import type { Tx } from './platform/database.ts'
import type { Random } from './platform/random.ts'
import { findPersonOfCoupons, findPersonOfMessage } from './results/trace-store.ts'
import { loadShop } from './shops/shop-store.ts'

export type FindPersonOfOrder = (
  tx: Tx,
  about: { shopId: number; order: WooOrder; now: Date },
) => Promise<PersonOfOrder | undefined>

/**
 * An order's person: who holds one of its identities; else whom the link or the coupon it came by was sent to; else somebody new, where
 * it names anybody. What a guest typed is added to nobody whom only a link or a coupon found: both can be passed on.
 */
export function createOrderPersonFinder(deps: { random: Random; links: LinkTokens }): FindPersonOfOrder {
  return async (tx, { shopId, order, now }) => {
    const shop = await loadShop(tx, shopId)
    const input: ResolveInput = {
      shopId,
      shopCountry: order.billingCountry ?? shop.country,
      identities: identitiesOfCustomer(order.customerWcId, order),
      source: 'woocommerce',
      firstName: order.firstName,
      lastName: order.lastName,
      now,
    }
    const known = await resolvePerson(tx, deps, { ...input, isKnownOnly: true })
    if (known !== undefined) return { personId: known.personId, matchedBy: matchOf(known.foundBy) }
    const traced = await findByTrace(tx, deps.links, shopId, order)
    if (traced !== undefined) return traced
    const made = await resolvePerson(tx, deps, input)
    return made === undefined ? undefined : { personId: made.personId, matchedBy: null }
  }
}

function matchOf(foundBy: IdentityKind | undefined): MatchedBy {
  return foundBy === 'wc_customer' || foundBy === 'email' ? foundBy : 'phone'
}

async function findByTrace(
  tx: Tx,
  links: LinkTokens,
  shopId: number,
  order: WooOrder,
): Promise<PersonOfOrder | undefined> {
  const target = order.linkToken === null ? undefined : links.read(order.linkToken)
  const byLink = target === undefined ? undefined : await findPersonOfMessage(tx, shopId, target.messageId)
  if (byLink !== undefined) return { personId: byLink, matchedBy: 'link' }
  const byCoupon =
    order.couponCodes.length === 0 ? undefined : await findPersonOfCoupons(tx, shopId, order.couponCodes)
  return byCoupon === undefined ? undefined : { personId: byCoupon, matchedBy: 'coupon' }
}

/** The shop vouches for its customer's id; a phone and an e-mail were typed by somebody. */
export function identitiesOfCustomer(
  wcId: number | null,
  typed: { phone: string | null; email: string | null },
): GivenIdentity[] {
  return [
    ...(wcId === null ? [] : [{ kind: 'wc_customer' as const, value: String(wcId), verified: true }]),
    ...(typed.phone === null ? [] : [{ kind: 'phone' as const, value: typed.phone, verified: false }]),
    ...(typed.email === null ? [] : [{ kind: 'email' as const, value: typed.email, verified: false }]),
  ]
}
