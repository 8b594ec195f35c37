import type { Tx } from '../platform/database.ts'
import type { ProductFields } from './decide-product-change.ts'
import type { ChangeMeta, StockCause, StockMove } from './product-changes.ts'
import type { Product } from './product.ts'

export async function insertStockEvent(
  tx: Tx,
  known: Product,
  fields: ProductFields,
  event: ChangeMeta & { cause: StockCause },
): Promise<void> {
  await tx.execute(
    `insert into stock_events (shop_id, product_id, from_quantity, to_quantity, from_in_stock, to_in_stock, cause, source, at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      known.shopId,
      known.id,
      known.stockQuantity,
      fields.stockQuantity,
      known.isInStock,
      fields.isInStock,
      event.cause,
      event.source,
      fields.modifiedAt,
      event.seenAt,
    ],
  )
}

/** Amounts of two currencies say nothing about each other: after a change of the shop's currency there is no price before. */
export async function insertPriceEvent(
  tx: Tx,
  known: Product,
  fields: ProductFields,
  event: ChangeMeta & { at: Date },
): Promise<void> {
  await tx.execute(
    `insert into price_events (shop_id, product_id, from_minor, to_minor, from_entered, to_entered, currency, source, at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      known.shopId,
      known.id,
      known.currency === fields.currency ? known.priceMinor : null,
      fields.priceMinor,
      known.priceEntered,
      fields.priceEntered,
      fields.currency,
      event.source,
      event.at,
      event.seenAt,
    ],
  )
}

export async function openCycle(
  tx: Tx,
  known: Product,
  cycle: { openedAt: Date; seenAt: Date; cause: StockCause },
): Promise<void> {
  await tx.execute(
    `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, cause) values ($1, $2, $3, $4, $5, $6)
     on conflict (product_id) where closed_at is null do nothing`,
    [known.shopId, known.id, known.stockSince, cycle.openedAt, cycle.seenAt, cycle.cause],
  )
}

export async function closeCycles(tx: Tx, productIds: readonly number[], closedAt: Date): Promise<void> {
  await tx.execute(
    `update stock_cycles set closed_at = greatest(opened_at, $2) where product_id = any($1) and closed_at is null`,
    [productIds, closedAt],
  )
}

/** An order that came after its product's event explains what was unknown until then. */
export async function explainStockChange(
  tx: Tx,
  about: {
    shopId: number
    wcIds: readonly number[]
    cause: StockCause
    direction: StockMove['direction']
    at: Date
    withinMinutes: number
  },
): Promise<void> {
  const values = [about.shopId, about.wcIds, about.cause, about.at, about.withinMinutes]
  const near = (column: string): string =>
    `${column} between $4::timestamptz - make_interval(mins => $5::int) and $4::timestamptz + make_interval(mins => $5::int)`
  const ofProducts = `product_id in (select id from products where shop_id = $1 and wc_id = any($2))`
  const moved =
    about.direction === 'up'
      ? `(to_in_stock > from_in_stock or to_quantity > from_quantity)`
      : `(to_in_stock < from_in_stock or to_quantity < from_quantity)`
  await tx.execute(
    `update stock_events set cause = $3 where ${ofProducts} and cause = 'unknown' and ${moved} and ${near('at')}`,
    values,
  )
  if (about.direction === 'down') return
  await tx.execute(
    `update stock_cycles set cause = $3 where ${ofProducts} and cause = 'unknown' and ${near('opened_at')}`,
    values,
  )
}
