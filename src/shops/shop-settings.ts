import { z } from 'zod'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as 09:00')

/** When campaigns and alerts may reach a person, in the person's own zone. `closes` is not part of it. */
export const windowSchema = z
  .object({ opens: timeOfDay, closes: timeOfDay })
  .refine((window) => window.opens < window.closes, {
    message: 'must open before it closes',
  })

const countryRuleSchema = z.object({
  /** ISO weekdays, 1 = Monday, that are closed all day. */
  closedWeekdays: z.array(z.number().int().min(1).max(7)).default([]),
  closedOnPublicHolidays: z.boolean().default(false),
  window: windowSchema.optional(),
})

/** The rules of a shop with their defaults (design: behaviour of the product). Campaigns have settings of their own. */
export const shopSettingsSchema = z.object({
  consent: z
    .object({
      /** Where a number that was typed or imported stays `pending` until its owner writes or taps yes. */
      doubleOptInCountries: z.array(z.string().length(2)).default(['DE', 'AT', 'CH']),
      /** A sentence that means "stop" and is not answered within this time is an opt-out. */
      pauseHours: z.number().int().min(1).max(168).default(24),
    })
    .prefault({}),
  caps: z
    .object({
      campaignEveryDays: z.number().int().min(1).max(60).default(7),
      messagesPer30Days: z.number().int().min(1).max(30).default(4),
      /** Of those, what campaigns may use while the person has an open alert. */
      campaignsPer30DaysWithOpenAlert: z.number().int().min(0).max(30).default(3),
      alertEveryHours: z.number().int().min(1).max(168).default(24),
      /** Off: an alert, too, needs seven days without any counted message. */
      alertsSkip7Days: z.boolean().default(true),
      joinAlertsMinutes: z.number().int().min(0).max(1440).default(60),
    })
    .prefault({}),
  sendWindow: z
    .object({
      opens: timeOfDay.default('09:00'),
      closes: timeOfDay.default('20:00'),
      byCountry: z.record(z.string().length(2), countryRuleSchema).default({
        FR: { closedWeekdays: [7], closedOnPublicHolidays: true },
      }),
    })
    .prefault({}),
  interest: z.object({ alertDays: z.number().int().min(1).max(365).default(90) }).prefault({}),
  stock: z.object({ backorderIsInStock: z.boolean().default(false) }).prefault({}),
  sending: z
    .object({
      uncertainMinutes: z.number().int().min(1).max(1440).default(15),
      /** Meta does not deliver marketing to US numbers. */
      marketingToUs: z.boolean().default(false),
    })
    .prefault({}),
})

export type ShopSettings = z.infer<typeof shopSettingsSchema>
export type SendWindowSettings = ShopSettings['sendWindow']
export type CapSettings = ShopSettings['caps']

export const defaultShopSettings: ShopSettings = shopSettingsSchema.parse({})
