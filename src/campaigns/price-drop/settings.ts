import { z } from 'zod'

/** The rules of the price-drop campaign, with their defaults. */
export const priceDropSettingsSchema = z.strictObject({
  /** A drop is strictly more than this below the reference, in basis points. */
  thresholdBps: z.number().int().min(0).max(9_999).default(1_000),
  /** And at least this much, in minor units of the shop's currency. */
  minAmountMinor: z.number().int().min(0).max(1_000_000_000).default(0),
  /** On: the reference is never above the lowest price of the 30 days before the reduction. */
  honestReference: z.boolean().default(true),
  /** Whose view counts as interest. */
  interestDays: z.number().int().min(1).max(150).default(30),
  /** Nobody is told of a sale that ends within this time. */
  saleEndsHours: z.number().int().min(0).max(168).default(6),
  /** How long a price must have held before anybody is told. */
  settleMinutes: z.number().int().min(0).max(1_440).default(2),
  /** The news is old after this time. */
  endsHours: z.number().int().min(1).max(720).default(72),
})

export type PriceDropSettings = z.infer<typeof priceDropSettingsSchema>
