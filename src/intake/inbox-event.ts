import type { Tx } from '../platform/database.ts'

export type Source = 'whatsapp' | 'woocommerce'

/** One thing to handle, cut out of a delivery. `payload` is JSON text, made by the same room that handles it. */
export interface InboxEvent {
  id: number
  deliveryId: number
  source: Source
  shopId: number | null
  kind: string
  lane: string | null
  payload: string
  attempts: number
  receivedAt: Date
}

/** `ignored` is an ordinary end with a reason a merchant can read; a handler that throws is tried again. */
export type Outcome = { kind: 'done' } | { kind: 'ignored'; reason: string }

/** Handles one event inside the transaction that marks it done: both happen, or neither. */
export type HandleEvent = (tx: Tx, event: InboxEvent) => Promise<Outcome>

/** Handles many at once, in no order; answers for each event id. */
export type HandleEvents = (tx: Tx, events: InboxEvent[]) => Promise<Map<number, Outcome>>

/** Who handles which kind of event; made by app.ts. Kinds that nobody handles end as ignored, reason `no_handler`. */
export interface InboxHandlers {
  one: Record<string, HandleEvent>
  many: Record<string, HandleEvents>
}

export const done: Outcome = { kind: 'done' }
export const ignored = (reason: string): Outcome => ({ kind: 'ignored', reason })
