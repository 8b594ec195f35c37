import { findProduct } from '../catalog/product-store.ts'
import type { Product } from '../catalog/product.ts'
import { noteOrders, noteOrdersOfPeople } from '../orders/attribution-todo-store.ts'
import type { LinkTokens } from '../outbox/link-token.ts'
import { recordViews } from '../people/record-views.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { findLinkedMessage, insertClick, listOrdersByLink, type LinkedMessage } from './click-store.ts'
import { decideLanding } from './decide-landing.ts'
import { isRobot, type Visit } from './is-robot.ts'

export interface FollowLinkDeps {
  db: Database
  clock: Clock
  links: LinkTokens
}

/** Writes the visit down and answers the address of the shop's page that it leads to; nothing for a link that is not ours. */
export async function followLink(
  deps: FollowLinkDeps,
  token: string,
  visit: Visit,
): Promise<string | undefined> {
  const target = deps.links.read(token)
  if (target === undefined) return undefined
  return deps.db.transaction(async (tx) => {
    const message = await findLinkedMessage(tx, target.messageId)
    if (message === undefined) return undefined
    const product = await findShownProduct(tx, message, target.productId)
    const at = deps.clock.now()
    const click = { ...message, ...target, productId: product?.id ?? null, isRobot: isRobot(visit), at }
    const clickId = await insertClick(tx, click)
    if (clickId !== undefined && !click.isRobot) await followClick(tx, { ...click, clickId, token }, product)
    return decideLanding({
      ...message,
      permalink: product?.status === 'publish' ? product.permalink : null,
      medium: message.purpose === 'alert' ? 'alert' : 'campaign',
      campaign: message.kind,
      token,
    })
  })
}

async function findShownProduct(
  tx: Tx,
  message: LinkedMessage,
  productId: number | null,
): Promise<Product | undefined> {
  const product = productId === null ? undefined : await findProduct(tx, productId)
  return product?.shopId === message.shopId ? product : undefined
}

/** It is a look at the product; and an order that is known already may be its doing. */
async function followClick(
  tx: Tx,
  click: { shopId: number; personId: number; clickId: number; token: string; at: Date },
  product: Product | undefined,
): Promise<void> {
  const { shopId, personId, at } = click
  if (product !== undefined) {
    await recordViews(tx, [
      {
        ...{ shopId, personId, at, receivedAt: at },
        productId: product.id,
        kind: 'view',
        source: 'link',
        sourceKey: `click:${click.clickId}`,
        priceMinor: product.priceMinor,
        currency: product.currency,
        inStock: product.isInStock,
        isWholeProductSoldOut: !product.isInStock && product.kind !== 'variation',
      },
    ])
  }
  await noteOrdersOfPeople(tx, [{ personId, since: at }], at)
  const orderIds = await listOrdersByLink(tx, { ...click, since: at })
  if (orderIds.length > 0) await noteOrders(tx, { shopId, orderIds, now: at })
}
