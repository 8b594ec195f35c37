import { z } from 'zod'
import { messagePricesSchema } from './message-prices.ts'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as 09:00')

const budget = z.number().int().min(0).max(1_000_000_000_000)

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
  /** What a merchant set in place of what the shop was connected with. */
  shop: z
    .object({
      name: z.string().trim().min(1).max(100).optional(),
      timeZone: z.string().max(60).optional(),
      language: z.string().max(10).optional(),
    })
    .prefault({}),
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
  /** The daily run, at this hour of the shop's own zone. */
  dailyRun: z.object({ at: timeOfDay.default('09:00') }).prefault({}),
  winBack: z
    .object({
      /** Away: the last order (or the first contact) at least and at most so long ago, no message from them in `quietDays`. */
      inactiveDays: z.number().int().min(1).max(3_650).default(60),
      inactiveUntilDays: z.number().int().min(2).max(3_650).default(365),
      quietDays: z.number().int().min(0).max(365).default(14),
      /** Win-backs (loyalty reward, new arrivals, we miss you) are at least so far apart … */
      spacingDays: z.number().int().min(1).max(365).default(30),
      /** … and after so many without an order or a word the person is left alone for `restDays`. */
      afterUnanswered: z.number().int().min(1).max(100).default(3),
      restDays: z.number().int().min(1).max(3_650).default(180),
      /** A campaign's first days reach at most this share of its audience, and this many people, a day. */
      rampUpDays: z.number().int().min(0).max(90).default(14),
      rampUpBps: z.number().int().min(1).max(10_000).default(500),
      rampUpPerDay: z.number().int().min(1).max(1_000_000).default(500),
    })
    .refine((winBack) => winBack.inactiveDays < winBack.inactiveUntilDays, {
      path: ['inactiveUntilDays'],
      message: 'must be later than inactiveDays',
    })
    .prefault({}),
  brakes: z
    .object({
      /** What waits for the merchant's yes: a fall of more than this … */
      fallBps: z.number().int().min(100).max(10_000).default(7_000),
      /** … more than this share of the catalogue, and at least `bulkMinItems`, restocked or cheaper within `bulkMinutes` … */
      bulkShareBps: z.number().int().min(1).max(10_000).default(500),
      bulkMinItems: z.number().int().min(1).max(100_000).default(10),
      bulkMinutes: z.number().int().min(1).max(1_440).default(10),
      /** … an event that we learned of later than this. */
      lateHours: z.number().int().min(1).max(720).default(6),
      /** No campaign so soon after an order. */
      recentOrderDays: z.number().int().min(0).max(90).default(3),
    })
    .prefault({}),
  results: z
    .object({
      /** An order belongs to the last click within this time before it was placed. */
      clickDays: z.number().int().min(1).max(90).default(7),
      viewThroughDays: z.number().int().min(1).max(90).default(7),
      viewThrough: z.boolean().default(false),
      /** Lift: orders within this time of the (intended) send. */
      liftDays: z.number().int().min(1).max(90).default(7),
    })
    .prefault({}),
  retention: z
    .object({
      viewDays: z.number().int().min(7).max(3_650).default(150),
      rawBodyDays: z.number().int().min(1).max(365).default(14),
      messageTextDays: z.number().int().min(30).max(3_650).default(180),
      decisionDays: z.number().int().min(60).max(3_650).default(400),
      changeDays: z.number().int().min(60).max(3_650).default(400),
    })
    .prefault({}),
  sending: z
    .object({
      uncertainMinutes: z.number().int().min(1).max(1440).default(15),
      /** Meta does not deliver marketing to US numbers. */
      marketingToUs: z.boolean().default(false),
      /** Marketing templates go through Meta's Marketing Messages endpoint; everything else as ever. */
      marketingMessagesApi: z.boolean().default(false),
      /** What happens there where it is not available: sent like other messages, or refused. */
      productPolicy: z.enum(['CLOUD_API_FALLBACK', 'STRICT']).default('CLOUD_API_FALLBACK'),
      /** Whether Meta may use what becomes of these messages for its own optimising. */
      messageActivitySharing: z.boolean().default(false),
      /** Most a day of the shop may cost, in millionths of a unit of the price table's currency; null: no limit. */
      dailyBudgetMicros: budget.nullable().default(null),
      /** The same for one campaign, by its kind. */
      campaignBudgets: z.record(z.string().max(60), budget).default({}),
      /** A campaign stops by itself after so many refusals in a row … */
      breakerRefusals: z.number().int().min(1).max(1_000).default(20),
      /** … or when so many basis points of those it reached on a day opt out … */
      breakerOptOutBps: z.number().int().min(1).max(10_000).default(200),
      /** … of at least so many. */
      breakerFromDeliveries: z.number().int().min(1).max(100_000).default(50),
      /** A template that is new to Meta carries so much marketing in the first hour of its use, and in each hour after it, for so many hours. */
      templateRampUp: z
        .object({
          firstHour: z.number().int().min(1).max(100_000).default(100),
          perHour: z.number().int().min(1).max(1_000_000).default(1_000),
          /** 0: no ramp-up. */
          hours: z.number().int().min(0).max(168).default(24),
        })
        .prefault({}),
      prices: messagePricesSchema.prefault({}),
    })
    .prefault({}),
})

export type ShopSettings = z.infer<typeof shopSettingsSchema>
export type SendWindowSettings = ShopSettings['sendWindow']
export type CapSettings = ShopSettings['caps']

export const defaultShopSettings: ShopSettings = shopSettingsSchema.parse({})
