import type { MetaUpdate, Origin } from '../connectors/meta/webhook-types.ts'
import type { ReceivedDelivery } from './delivery.ts'
import { writeMetaUpdate } from './event-payload.ts'
import type { NewEvent } from './new-event.ts'
import { safeKey, safeReason, sha256 } from './safe-text.ts'

/** Which shop a change concerns; undefined for a number or account that nobody here has connected. */
export type ShopOf = (origin: Origin) => number | undefined

/** One event for each update, in the order of the delivery. */
export function cutWhatsAppUpdates(
  delivery: ReceivedDelivery,
  updates: readonly MetaUpdate[],
  shopOf: ShopOf,
): NewEvent[] {
  return updates.map((update, index) => {
    const shopId = shopOf(update.origin)
    const { kind, key, lane, at } = describe(update, `${delivery.id}:${index}`)
    const sequence = at?.getTime() ?? NaN
    const reason = reasonToIgnore(update, shopId)
    return {
      deliveryId: delivery.id,
      source: delivery.source,
      shopId: shopId ?? null,
      kind: safeKey(kind),
      lane: lane === undefined || shopId === undefined ? null : safeKey(lane(shopId)),
      sequence: Number.isSafeInteger(sequence) ? sequence : delivery.receivedAt.getTime(),
      dedupeKey: safeKey(key),
      payload: writeMetaUpdate(update),
      state: reason === null ? 'waiting' : 'ignored',
      reason,
      receivedAt: delivery.receivedAt,
    }
  })
}

function reasonToIgnore(update: MetaUpdate, shopId: number | undefined): string | null {
  if (update.kind === 'unknown') return safeReason(update.reason)
  if (shopId !== undefined) return null
  return update.origin.phoneNumberId === undefined ? 'unknown_account' : 'unknown_number'
}

interface Description {
  kind: string
  key: string
  lane?: ((shopId: number) => string) | undefined
  at?: Date | undefined
}

/** `place` (delivery and position) is the key of what Meta gives no name and no time: told again, it is another event. */
function describe(update: MetaUpdate, place: string): Description {
  switch (update.kind) {
    case 'message':
      return {
        kind: update.kind,
        at: update.at,
        key: `m:${update.id}`,
        lane: personLane(update.from, update.fromUserId),
      }
    case 'status':
      return { kind: update.kind, at: update.at, key: statusKey(update) }
    case 'user_preference': {
      const key = ['p', update.waId, update.userId, update.category, update.value, update.at.getTime()].join(
        ':',
      )
      return { kind: update.kind, at: update.at, key, lane: personLane(update.waId, update.userId) }
    }
    case 'user_id_update': {
      const key = ['i', update.previousUserId, update.currentUserId, update.at.getTime()].join(':')
      return { kind: update.kind, at: update.at, key, lane: personLane(update.waId, update.previousUserId) }
    }
    case 'value_error':
      return { kind: update.kind, key: `e:${place}`, lane: accountLane(update.origin) }
    case 'field': {
      const key = update.at === undefined ? `f:${place}` : `f:${sha256(writeMetaUpdate(update))}`
      return { kind: `field:${update.field}`, at: update.at, key, lane: accountLane(update.origin) }
    }
    case 'unknown':
      return {
        kind: update.kind,
        key: update.raw === '' ? `u:${place}` : `u:${sha256(`${update.reason}\n${update.raw}`)}`,
      }
  }
}

/** A message can fail for one reason after another: each failure is told apart by its code. */
function statusKey(status: Extract<MetaUpdate, { kind: 'status' }>): string {
  const code = status.errors[0]?.code
  return `s:${status.id}:${status.status}${code === undefined ? '' : `:${code}`}`
}

function personLane(phone: string | undefined, userId: string | undefined): Description['lane'] {
  const person = phone ?? userId
  return person === undefined ? undefined : (shopId) => `person:${shopId}:${person}`
}

function accountLane(origin: Origin): Description['lane'] {
  return (shopId) => `account:${shopId}:${origin.wabaId}`
}
