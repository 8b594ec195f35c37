import type { MetaUpdate } from '../connectors/meta/webhook-types.ts'

// The form in which an event's payload is kept: JSON text, in which U+0000 and lone surrogates are escaped, so that PostgreSQL
// takes whatever a customer has written.

export function writeMetaUpdate(update: MetaUpdate): string {
  return JSON.stringify(update)
}

/** The update as it was parsed, dates included. For events of the source 'whatsapp'. */
export function readMetaUpdate(payload: string): MetaUpdate {
  const update = JSON.parse(payload) as MetaUpdate & { at?: string | Date }
  if (update.at !== undefined) update.at = new Date(update.at)
  return update
}

export interface WooEventPayload {
  /** For instance `product.updated`. */
  topic: string
  /** The body as it came: JSON, though not always an object of the topic, and some shops put warnings of PHP in front. */
  body: string
}

export function writeWooEvent(event: WooEventPayload): string {
  return JSON.stringify(event)
}

/** For events of the source 'woocommerce'. */
export function readWooEvent(payload: string): WooEventPayload {
  return JSON.parse(payload) as WooEventPayload
}
