import type { MessagePrices } from '../shops/message-prices.ts'

/** What a marketing template to somebody there costs, in millionths of a unit of the table's currency. */
export function priceOf(prices: MessagePrices, country: string | null): number {
  return prices.microsByCountry[country ?? ''] ?? prices.otherMicros
}

export interface CostEstimate {
  currency: string
  /** The day of the price table. */
  asOf: string
  micros: number
  byCountry: { country: string | null; messages: number; micros: number }[]
}

/** What that many marketing templates would cost, one to each of these countries (null: nobody knows it). */
export function estimateCost(prices: MessagePrices, countries: readonly (string | null)[]): CostEstimate {
  const messages = new Map<string | null, number>()
  for (const country of countries) messages.set(country, (messages.get(country) ?? 0) + 1)
  const byCountry = [...messages]
    .map(([country, count]) => ({ country, messages: count, micros: count * priceOf(prices, country) }))
    .sort((a, b) => b.messages - a.messages || (a.country ?? '').localeCompare(b.country ?? ''))
  return {
    currency: prices.currency,
    asOf: prices.asOf,
    micros: byCountry.reduce((sum, row) => sum + row.micros, 0),
    byCountry,
  }
}

export interface Delivery {
  /** Only templates are charged for. */
  isTemplate: boolean
  isDelivered: boolean
  /** Meta's: 'regular', 'free_customer_service', 'free_entry_point'; null: it has not said. */
  pricingType: string | null
  country: string | null
  /** What was written down before. */
  cost: Cost | null
}

export interface Cost {
  micros: number
  currency: string
}

/**
 * What a message cost: the table's price on the day of its delivery, which later tables do not change; nothing while it is not delivered,
 * and nothing when Meta calls it free. In whatever order the statuses come, the same: Meta names one price for a message.
 */
export function decideCost(prices: MessagePrices, delivery: Delivery): Cost | null {
  const isFree = delivery.pricingType?.startsWith('free') === true
  if (!delivery.isTemplate || !delivery.isDelivered || isFree) return null
  return delivery.cost ?? { micros: priceOf(prices, delivery.country), currency: prices.currency }
}
