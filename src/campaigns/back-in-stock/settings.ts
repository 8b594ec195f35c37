import { z } from 'zod'

/** The rules of the back-in-stock campaign, with their defaults. */
export const backInStockSettingsSchema = z.strictObject({
  /** How long the item must have been out of stock, for people who did not ask to be told. */
  minOutMinutes: z.number().int().min(0).max(10_080).default(10),
  /** How long it must have been in stock before anybody is told. */
  settleMinutes: z.number().int().min(0).max(1_440).default(2),
  /** Whose view, how long before the cycle, counts as interest. */
  interestDays: z.number().int().min(1).max(150).default(60),
  /** Not twice about the same product in this time. */
  repeatDays: z.number().int().min(0).max(90).default(7),
  /** People told per sellable unit and wave. */
  perUnit: z.number().int().min(1).max(100).default(3),
  waveMinutes: z.number().int().min(1).max(1_440).default(60),
  /** A cycle's news is old after this time. */
  endsHours: z.number().int().min(1).max(720).default(72),
})

export type BackInStockSettings = z.infer<typeof backInStockSettingsSchema>
