import type { Source } from './inbox-event.ts'

/** An event as it is cut out of a delivery. */
export interface NewEvent {
  deliveryId: number
  source: Source
  shopId: number | null
  kind: string
  lane: string | null
  /** Order within the lane: milliseconds of the sender's own time. */
  sequence: number
  /** The same thing told twice has the same key and becomes one event. */
  dedupeKey: string
  payload: string
  /**
   * 'ignored' from the start, with its reason, when no shop is concerned or nothing was understood; 'done' when it is handled in the
   * transaction that writes it.
   */
  state: 'waiting' | 'ignored' | 'done'
  reason: string | null
  receivedAt: Date
}

/** What became of a delivery; `dead` when nothing in it can be read. */
export type Cut = { kind: 'events'; events: NewEvent[] } | { kind: 'dead'; reason: string }
