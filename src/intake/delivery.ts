import type { Source } from './inbox-event.ts'

/** What WooCommerce says about a delivery in its headers. None of it is covered by the signature. */
export interface WooHeaders {
  topic: string
  webhookId: string
  deliveryId: string
  source: string
}

export interface NewDelivery {
  source: Source
  /** Known at the door for WooCommerce; one delivery of Meta's may hold several shops. */
  shopId: number | null
  headers: WooHeaders | null
  body: Buffer
  receivedAt: Date
}

export interface ReceivedDelivery extends NewDelivery {
  id: number
}
