import type { InboundMessageUpdate } from '../connectors/meta/webhook-types.ts'
import { readMetaUpdate } from '../intake/event-payload.ts'
import type { ConsentDeps } from '../people/consent.ts'
import type { Person } from '../people/person.ts'
import type { Random } from '../platform/random.ts'
import type { PhoneNumber, Shop } from '../shops/shop.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import type { ReplyVoice } from './compose-reply.ts'

export interface InboundDeps extends ConsentDeps {
  random: Random
  wake: (lane: string) => void
}

/** One message, and what is known when it is answered. */
export interface Turn {
  shop: Shop
  settings: ShopSettings
  number: PhoneNumber
  person: Person
  message: InboundMessageUpdate
  voice: ReplyVoice
  now: Date
}

/** The message in an event, without U+0000: PostgreSQL refuses it, and a STOP that holds one must not fail. */
export function readInboundMessage(payload: string): InboundMessageUpdate {
  return withoutNul(readMetaUpdate(payload) as InboundMessageUpdate)
}

function withoutNul<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '') as T
  if (Array.isArray(value)) return value.map(withoutNul) as T
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutNul(part)])) as T
}
