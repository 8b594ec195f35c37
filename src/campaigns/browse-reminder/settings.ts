import { z } from 'zod'

/** The rules of the browse reminder, with their defaults. */
export const browseReminderSettingsSchema = z
  .strictObject({
    /** The last look at a product was at least and at most so long ago. */
    afterHours: z.number().int().min(1).max(168).default(24),
    untilHours: z.number().int().min(2).max(336).default(72),
    /** Not twice to one person in this time. */
    everyDays: z.number().int().min(1).max(365).default(30),
    /** How long the reminder may wait for its turn. */
    waitHours: z.number().int().min(1).max(168).default(72),
  })
  .refine((settings) => settings.afterHours < settings.untilHours, {
    path: ['untilHours'],
    message: 'must be later than afterHours',
  })
