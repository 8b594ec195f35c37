import { z } from 'zod'

/** The rules of the new-arrivals campaign, with their defaults. */
export const newArrivalsSettingsSchema = z.strictObject({
  /** At least this many new products in the person's category. */
  minProducts: z.number().int().min(1).max(100).default(1),
  /** First published within this time. */
  newDays: z.number().int().min(1).max(365).default(30),
  /** How long the news may wait for its turn. */
  waitDays: z.number().int().min(1).max(60).default(7),
})

export type NewArrivalsSettings = z.infer<typeof newArrivalsSettingsSchema>
