/** Who said so: the shop by itself, or when asked. */
export type ChangeSource = 'webhook' | 'import' | 'reread' | 'reconciliation'

export interface ChangeMeta {
  source: ChangeSource
  /** When we learned of it. */
  seenAt: Date
}

export type StockCause = 'edit' | 'order' | 'order_cancelled' | 'refund' | 'erp' | 'channel' | 'unknown'

/** A change of a stock item's stock, by the shop's id of the item and the shop's time. */
export interface StockMove {
  shopId: number
  wcId: number
  at: Date
  direction: 'up' | 'down'
}
