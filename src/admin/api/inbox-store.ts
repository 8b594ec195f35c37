import { given } from './fields.ts'
import { keyset, type Page } from './paging.ts'
import type { Reads } from './reads.ts'

/** A delivery of Meta's can hold several shops, and a broken one names none: those are the installation's, and shown with every shop. */
const ofShop = (shopId: number) => ({ OR: [{ shopId }, { shopId: null }] })

export interface DeliveryFilter {
  source?: string | undefined
  state?: string | undefined
}

export function findDeliveries(reads: Reads, shopId: number, filter: DeliveryFilter, page: Page) {
  const { take, where, orderBy } = keyset(page)
  const { source, state } = filter
  return reads.inboxDelivery.findMany({
    omit: { body: true },
    where: { AND: [where, ofShop(shopId), given({ source, state })] },
    orderBy,
    take,
  })
}

/** The bytes as they came in. */
export async function findDeliveryBody(
  reads: Reads,
  shopId: number,
  id: number,
): Promise<Uint8Array | undefined> {
  const found = await reads.inboxDelivery.findFirst({
    select: { body: true },
    where: { AND: [{ id }, ofShop(shopId)] },
  })
  return found?.body
}

export interface EventFilter {
  source?: string | undefined
  state?: string | undefined
  kind?: string | undefined
  deliveryId?: number | undefined
}

export function findEvents(reads: Reads, shopId: number, filter: EventFilter, page: Page) {
  const { take, where, orderBy } = keyset(page)
  const { source, state, kind, deliveryId } = filter
  return reads.inboxEvent.findMany({
    omit: { payload: true, dedupeKey: true },
    where: { AND: [where, ofShop(shopId), given({ source, state, kind, deliveryId })] },
    orderBy,
    take,
  })
}

/** How many dead letters there are of each sort. */
export async function countDead(
  reads: Reads,
  shopId: number,
): Promise<{ deliveries: number; events: number }> {
  const where = { AND: [ofShop(shopId), { state: 'dead' }] }
  const [deliveries, events] = await Promise.all([
    reads.inboxDelivery.count({ where }),
    reads.inboxEvent.count({ where }),
  ])
  return { deliveries, events }
}
