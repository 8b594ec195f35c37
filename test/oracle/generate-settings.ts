import fc from 'fast-check'
import type { Audience, Variants } from '../../src/campaigns/audience.ts'
import { dayMs, hourMs, minuteMs, type Kind } from './world.ts'

// Mostly the defaults; now and then something else, so that each setting decides something in some world.

export type SettingsDraft = Record<string, Record<string, unknown>>

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(undefined), weight: 2 },
    { arbitrary, weight: 1 },
  )

const fields = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(shape)
    .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))

const caps = fields({
  campaignEveryDays: fc.constantFrom(7, 7, 1, 2, 14),
  messagesPer30Days: sometimes(fc.constantFrom(1, 2, 3)),
  campaignsPer30DaysWithOpenAlert: sometimes(fc.constantFrom(0, 1, 2)),
  alertEveryHours: sometimes(fc.constantFrom(1, 48)),
  alertsSkip7Days: sometimes(fc.constant(false)),
  joinAlertsMinutes: sometimes(fc.constantFrom(0, 120)),
})

const sendWindow = fields({
  opens: sometimes(fc.constantFrom('08:30', '12:15')),
  closes: sometimes(fc.constantFrom('18:00', '22:30')),
  byCountry: sometimes(
    fc.constantFrom(
      { FR: { closedWeekdays: [7], closedOnPublicHolidays: true }, BR: { closedWeekdays: [6, 7] } },
      { PT: { window: { opens: '10:00', closes: '13:00' } } },
      // Never open at all.
      { PT: { closedWeekdays: [1, 2, 3, 4, 5, 6, 7] } },
    ),
  ),
})

const winBack = fields({
  inactiveDays: sometimes(fc.constantFrom(5, 61)),
  quietDays: sometimes(fc.constantFrom(0, 2)),
  spacingDays: sometimes(fc.constantFrom(1, 7, 45)),
  afterUnanswered: sometimes(fc.constantFrom(1, 2)),
  restDays: sometimes(fc.constantFrom(30, 60)),
  rampUpDays: sometimes(fc.constant(0)),
  rampUpBps: sometimes(fc.constantFrom(5_000, 10_000)),
  rampUpPerDay: sometimes(fc.constantFrom(1, 2)),
})

const brakes = fields({
  fallBps: sometimes(fc.constantFrom(1_000, 9_000)),
  bulkShareBps: sometimes(fc.constantFrom(3_000)),
  bulkMinItems: sometimes(fc.constantFrom(1, 2)),
  bulkMinutes: sometimes(fc.constantFrom(60)),
  lateHours: sometimes(fc.constantFrom(1)),
  recentOrderDays: sometimes(fc.constantFrom(0, 10)),
})

export const settingsDraft: fc.Arbitrary<SettingsDraft> = fc.record({
  caps,
  sendWindow,
  winBack,
  brakes,
  sending: fields({ marketingToUs: sometimes(fc.constant(true)) }),
})

export interface CampaignDraft {
  kind: Kind
  isOn: boolean
  onAge: number
  settings: Record<string, unknown>
  audience: Partial<Audience>
  holdoutBps: number
  variants: Variants
}

const settingsOf: Record<Kind, fc.Arbitrary<Record<string, unknown>>> = {
  back_in_stock: fields({
    minOutMinutes: sometimes(fc.constantFrom(0, 60)),
    settleMinutes: sometimes(fc.constantFrom(0, 30)),
    interestDays: sometimes(fc.constantFrom(30, 1)),
    repeatDays: sometimes(fc.constantFrom(0, 30)),
    perUnit: fc.constantFrom(1, 1, 3),
    waveMinutes: sometimes(fc.constantFrom(15, 1)),
    endsHours: sometimes(fc.constantFrom(5, 200, 400)),
  }),
  price_drop: fields({
    thresholdBps: sometimes(fc.constantFrom(0, 500, 5_000)),
    minAmountMinor: sometimes(fc.constantFrom(50, 101)),
    honestReference: sometimes(fc.constant(false)),
    interestDays: sometimes(fc.constantFrom(1, 60)),
    saleEndsHours: sometimes(fc.constantFrom(0, 48)),
    endsHours: sometimes(fc.constantFrom(5, 200, 400)),
  }),
  loyalty_reward: fields({
    minSpentMinor: fc.constantFrom(1_000, 4_000, 20_000),
    minOrders: fc.constantFrom(1, 2, 3),
    everyDays: sometimes(fc.constantFrom(30)),
    waitDays: sometimes(fc.constantFrom(1)),
  }),
  new_arrivals: fields({
    minProducts: sometimes(fc.constantFrom(2)),
    newDays: sometimes(fc.constantFrom(10)),
    waitDays: sometimes(fc.constantFrom(1)),
  }),
  browse_reminder: fields({
    afterHours: sometimes(fc.constantFrom(1)),
    everyDays: sometimes(fc.constantFrom(2)),
  }),
  we_miss_you: fields({}),
}

const audience: fc.Arbitrary<Partial<Audience>> = fields({
  include: sometimes(
    fields({
      tags: sometimes(fc.constant(['vip'])),
      countries: sometimes(fc.constant(['PT', 'BR'])),
      languages: sometimes(fc.constant(['pt'])),
      categoryIds: sometimes(fc.constant([11, 12])),
      consentSources: sometimes(fc.constant(['keyword'])),
    }),
  ),
  exclude: sometimes(
    fields({ tags: sometimes(fc.constant(['friend'])), countries: sometimes(fc.constant(['FR'])) }),
  ),
  minSpentMinor: sometimes(fc.constantFrom(1, 5_000)),
  maxSpentMinor: sometimes(fc.constantFrom(5_000, 30_000)),
})

const campaignOf = (kind: Kind): fc.Arbitrary<CampaignDraft> =>
  fc.record({
    kind: fc.constant(kind),
    isOn: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    onAge: fc.oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.constant(100 * dayMs) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          20 * dayMs,
          14 * dayMs,
          14 * dayMs - 1,
          dayMs,
          3 * hourMs,
          3 * minuteMs,
          0,
        ),
      },
    ),
    settings: settingsOf[kind],
    audience: fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: audience }),
    holdoutBps: fc.constantFrom(0, 0, 0, 5_000, 10_000),
    variants: fc.constantFrom(
      [],
      [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 2 },
      ],
    ),
  })

export const campaignDrafts: fc.Arbitrary<CampaignDraft[]> = fc.tuple(
  campaignOf('back_in_stock'),
  campaignOf('price_drop'),
  campaignOf('loyalty_reward'),
  campaignOf('new_arrivals'),
  campaignOf('browse_reminder'),
  campaignOf('we_miss_you'),
)
