import { z } from 'zod'

/** The rules of the loyalty reward, with their defaults. */
export const loyaltyRewardSettingsSchema = z.strictObject({
  /** Spent at least this, net of refunds, in minor units of the shop's currency. No default: the campaign stays off until it is set. */
  minSpentMinor: z.number().int().min(1).max(1_000_000_000_000).nullable().default(null),
  minOrders: z.number().int().min(1).max(1_000).default(3),
  /** Once in this time. */
  everyDays: z.number().int().min(1).max(3_650).default(180),
  /** What the coupon takes off. */
  percentBps: z.number().int().min(100).max(10_000).multipleOf(100, 'must be whole percents').default(1_000),
  /** How long the coupon is good for, in days of the shop's zone. */
  couponDays: z.number().int().min(1).max(365).default(14),
  /** How long the reward may wait for its turn. */
  waitDays: z.number().int().min(1).max(60).default(14),
})

export type LoyaltyRewardSettings = z.infer<typeof loyaltyRewardSettingsSchema>
