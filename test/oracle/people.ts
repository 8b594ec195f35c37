import type { Inbound, Message, Order, PersonRecord, World } from './world.ts'

// Merged records are one person: their histories count together, the root's own fields speak for all.

export function rootIdOf(world: World, personId: number): number {
  return personRecord(world, personId).rootId
}

export function personRecord(world: World, personId: number): PersonRecord {
  return world.people.find((record) => record.id === personId)!
}

export function recordIdsOf(world: World, rootId: number): number[] {
  return world.people.filter((record) => record.rootId === rootId).map((record) => record.id)
}

export function rootIds(world: World): number[] {
  return world.people.filter((record) => record.id === record.rootId).map((record) => record.id)
}

/** Orders that are not cancelled or failed. */
export function ordersOf(world: World, rootId: number): Order[] {
  const records = recordIdsOf(world, rootId)
  return world.orders.filter((order) => order.counts && records.includes(order.personId))
}

export function inboundOf(world: World, rootId: number): Inbound[] {
  const records = recordIdsOf(world, rootId)
  return world.inbound.filter((message) => records.includes(message.personId))
}

export function messagesOf(world: World, rootId: number): Message[] {
  const records = recordIdsOf(world, rootId)
  return world.messages.filter((message) => records.includes(message.personId))
}

export function hasOpenAlert(world: World, rootId: number, now: number): boolean {
  const records = recordIdsOf(world, rootId)
  return world.alerts.some(
    (alert) => records.includes(alert.personId) && alert.endedAt === null && alert.expiresAt > now,
  )
}

export function latest(moments: readonly number[]): number | null {
  return moments.length === 0 ? null : Math.max(...moments)
}
