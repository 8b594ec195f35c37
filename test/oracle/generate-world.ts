import fc from 'fast-check'
import { campaignDrafts, settingsDraft, type CampaignDraft, type SettingsDraft } from './generate-settings.ts'
import { dayMs, hourMs, minuteMs, type Kind } from './world.ts'

// Small shops whose clocks stand on edges. Drafts speak of people and products by place and of times by how long ago: so that a failing
// world shrinks to the few that matter. build-world.ts makes a world of them.

/** Moments at which something changes: noon, opening and closing times, Sundays and holidays, midnight, days on which clocks change. */
const moments = [
  '2026-03-02T12:00:00Z',
  '2026-06-17T13:00:00Z',
  '2026-03-02T09:00:00Z',
  '2026-03-02T08:59:59.999Z',
  '2026-03-02T20:00:00Z',
  '2026-03-02T19:59:59.999Z',
  '2026-03-29T09:00:00Z',
  '2026-03-29T00:30:00Z',
  '2026-03-28T23:30:00Z',
  '2026-10-25T08:30:00Z',
  '2026-10-25T12:00:00Z',
  '2026-04-04T22:00:00Z',
  '2026-10-03T22:00:00Z',
  '2026-09-06T11:45:00Z',
  '2026-05-01T12:00:00Z',
  '2026-07-14T07:00:00Z',
  '2026-12-31T23:59:59Z',
].map((text) => Date.parse(text))

/** Ages, with what is exactly on an edge and a millisecond to either side of it. */
const around = (ms: number): number[] => [ms, ms - 1, ms + 1]

const minutes = (...list: number[]): number[] => list.map((count) => count * minuteMs)
const hours = (...list: number[]): number[] => list.map((count) => count * hourMs)
const days = (...list: number[]): number[] => list.map((count) => count * dayMs)

const ages = {
  view: [
    ...days(1, 20, 29, 45, 59, 75),
    ...around(30 * dayMs),
    ...around(60 * dayMs),
    ...hours(2, 25, 48),
    2 * dayMs,
  ],
  asked: [...days(1, 3, 10, 40), ...hours(1, 5), ...minutes(30)],
  order: [
    ...days(1, 5, 10, 70, 100, 200, 300, 400),
    ...around(3 * dayMs),
    ...around(60 * dayMs),
    ...around(365 * dayMs),
  ],
  contact: [...days(100, 200, 61, 300, 400), ...around(60 * dayMs), ...around(365 * dayMs)],
  consent: days(0, 1, 2, 20, 90),
  inbound: [...minutes(5, 30), ...hours(2, 23), ...around(dayMs), ...days(2, 13, 40), ...around(14 * dayMs)],
  message: [
    ...hours(1, 5, 20),
    ...days(2, 5, 8, 15, 22, 27, 29, 31, 33, 45, 100, 170),
    ...around(dayMs),
    ...around(7 * dayMs),
    ...around(30 * dayMs),
    ...around(180 * dayMs),
  ],
  cycle: [
    ...minutes(3, 3, 5, 10, 30, 1, 2),
    ...hours(1, 5, 24, 71),
    ...around(72 * hourMs),
    ...around(2 * minuteMs),
  ],
  price: [
    ...minutes(1, 30),
    ...hours(2, 5, 24, 70),
    ...days(4, 10, 29, 31),
    ...around(72 * hourMs),
    ...around(30 * dayMs),
  ],
  published: [...days(1, 10, 29, 31, 200), ...around(30 * dayMs)],
}

const age = (list: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...list)
/** The first, but for one in five: then one of the others. */
const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 4 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  )
/** The first, but for one in ten. */
const rarelyNot = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 9 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  )
/** The first, but for one in twenty: what stops everything else. */
const nearlyAlways = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(usual), weight: 19 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  )
const many = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number, minLength = 0): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength, maxLength, size: 'max' })
const place = fc.nat({ max: 7 })

const places = [
  { country: 'PT', regions: ['PT|Europe/Lisbon'] },
  { country: 'BR', regions: ['BR|America/Sao_Paulo'] },
  { country: 'IN', regions: ['IN|Asia/Kolkata'] },
  { country: 'FR', regions: ['FR|Europe/Paris'] },
  { country: 'CL', regions: ['CL|America/Santiago'] },
  { country: 'AU', regions: ['AU|Australia/Lord_Howe'] },
  { country: 'AU', regions: ['AU|Australia/Sydney'] },
  { country: 'BR', regions: ['BR|America/Manaus', 'BR|America/Sao_Paulo'] },
  { country: 'US', regions: ['US|America/New_York'] },
  { country: null, regions: [] as string[] },
]

const person = fc.record({
  home: mostly(places[0]!, ...places),
  language: mostly<string | null>(null, 'pt', 'en'),
  consent: rarelyNot('opted_in' as const, 'opted_out' as const, 'unknown' as const, 'pending' as const),
  consentAge: age(ages.consent),
  consentSource: fc.constantFrom('keyword', 'import'),
  metaStop: nearlyAlways(false, true),
  pausedAge: nearlyAlways<number | null>(null, hourMs, 2 * dayMs),
  isHandedOff: nearlyAlways(false, true),
  tags: fc.subarray(['vip', 'friend']),
  contactAge: age(ages.contact),
  /** Merged into the person at this place, if that is an earlier one. */
  mergedInto: mostly<number | null>(null, 0, 1, 2),
})

const price = fc.constantFrom(1000, 1000, 2000, 950, 900, 899, 901, 500, 300, 1)
const high = mostly(1000, 2000, 950, 900, 500)
const low = fc.constantFrom(500, 700, 899, 900, 901, 300, 299, 1)

const product = fc.record({
  kind: mostly('simple' as const, 'variable' as const, 'variation' as const),
  /** Shares the item key of the product at this place, if that is an earlier one of its kind. */
  translationOf: mostly<number | null>(null, 0, 1),
  categoryIds: fc.subarray([11, 12, 13]),
  priceMinor: fc.oneof({ weight: 9, arbitrary: price }, { weight: 1, arbitrary: fc.constant(null) }),
  saleEndsIn: mostly<number | null>(null, 6 * hourMs, 6 * hourMs - 1, 6 * hourMs + 1, dayMs, -hourMs),
  stockManagedBy: mostly('own' as const, 'none' as const, 'parent' as const),
  quantity: fc.constantFrom(1, 2, 5, 0),
  isSellable: nearlyAlways(true, false),
  publishedAge: fc.oneof(fc.constant(400 * dayMs), age(ages.published)),
  cycle: fc.option(
    fc.record({
      age: age(ages.cycle),
      outFor: mostly<number | null>(dayMs, null, 5 * minuteMs, 10 * minuteMs, 10 * minuteMs - 1),
      isClosed: nearlyAlways(false, true),
    }),
    { nil: null, freq: 4 },
  ),
  prices: many(fc.record({ age: age(ages.price), from: high, to: low, isFall: mostly(true, false) }), 3),
  /** What is charged now is what the last change came to. */
  isLastPrice: mostly(true, false),
})

const view = fc.record({
  person: place,
  product: place,
  age: age(ages.view),
  priceMinor: fc.oneof(
    { weight: 6, arbitrary: high },
    { weight: 2, arbitrary: price },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  isSoldOut: mostly(true, false),
  /** Looked just when the item came back, instead: milliseconds after. */
  afterCycle: mostly<number | null>(null, 0, 400, 1000, -1),
})

const alert = fc.record({
  person: place,
  product: place,
  kind: fc.constantFrom('back_in_stock' as const, 'price_below' as const),
  anyVariation: fc.boolean(),
  thresholdMinor: price,
  age: age(ages.asked),
  /** Until now it was open for so long; 0: it expires now. */
  leftMs: nearlyAlways(50 * dayMs, 0, 1),
  isEnded: nearlyAlways(false, true),
})

const order = fc.record({
  person: place,
  age: age(ages.order),
  counts: mostly(true, false),
  isPaid: mostly(true, false),
  itemsMinor: fc.constantFrom(1000, 5000, 20_000),
  refundedMinor: mostly(0, 1000),
  currency: mostly('EUR', 'USD'),
  products: fc.array(place, { minLength: 1, maxLength: 2 }),
})

const inbound = fc.record({
  person: place,
  age: age(ages.inbound),
  type: mostly('text' as const, 'reaction' as const),
  isAnswered: fc.boolean(),
})

const kinds: Kind[] = ['back_in_stock', 'price_drop', 'we_miss_you', 'new_arrivals', 'loyalty_reward']

const past = fc.record({
  person: place,
  product: place,
  kind: fc.constantFrom(...kinds),
  isAsked: fc.boolean(),
  priceMinor: price,
  age: age(ages.message),
  state: fc.constantFrom(
    ...(['delivered', 'accepted', 'read', 'waiting', 'failed', 'held_out'] as const),
    ...(['sending', 'uncertain', 'outcome_unknown', 'suppressed', 'expired'] as const),
  ),
})

const later = fc.record({
  advance: age([1, ...minutes(1, 3, 5, 15, 60), ...hours(2, 3, 6, 12, 15, 24), ...days(2, 3, 7, 8, 30)]),
  /** What became of the messages that waited. */
  outcome: fc.constantFrom('left' as const, 'left' as const, 'accepted' as const, 'failed' as const),
  event: fc.constantFrom(
    ...(['none', 'opts_out', 'opts_in', 'orders', 'views', 'writes', 'asks_stock', 'asks_price'] as const),
    ...(['price', 'price', 'restock', 'restock'] as const),
    ...(['price', 'restock', 'sold_out', 'switched_off', 'merged', 'answered', 'approved'] as const),
  ),
  person: place,
  product: place,
  priceMinor: price,
  isShopAway: nearlyAlways(false, true),
  /** The daily run of the morning comes before the planners. */
  isDaily: mostly(false, true),
})

type Of<T> = T extends fc.Arbitrary<infer Value> ? Value : never

export interface Draft {
  now: number
  shop: { country: string; timeZone: string }
  settings: SettingsDraft
  campaigns: CampaignDraft[]
  people: Of<typeof person>[]
  products: Of<typeof product>[]
  views: Of<typeof view>[]
  alerts: Of<typeof alert>[]
  orders: Of<typeof order>[]
  inbound: Of<typeof inbound>[]
  past: Of<typeof past>[]
  /** Everybody looked at everything yesterday, and today all of it got cheaper. */
  isCrowded: boolean
  isDaily: boolean
  steps: Of<typeof later>[]
}

export type StepDraft = Draft['steps'][number]

/** Up to 8 people and 5 products, and up to three moments at which the planners look. */
export const drafts: fc.Arbitrary<Draft> = fc.record({
  now: fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constantFrom(...moments.slice(0, 2)), weight: 2 },
    { arbitrary: fc.constantFrom(...moments), weight: 1 },
  ),
  shop: fc.constantFrom(
    { country: 'PT', timeZone: 'Europe/Lisbon' },
    { country: 'BR', timeZone: 'America/Sao_Paulo' },
    { country: 'AU', timeZone: 'Australia/Lord_Howe' },
  ),
  settings: settingsDraft,
  campaigns: campaignDrafts,
  people: fc.oneof(many(person, 8, 1), many(person, 3, 1)),
  products: many(product, 5, 1),
  views: many(view, 25),
  alerts: many(alert, 8),
  orders: many(order, 6),
  inbound: many(inbound, 3),
  past: fc.oneof(many(past, 2), many(past, 8)),
  isCrowded: mostly(false, true),
  isDaily: fc.boolean(),
  steps: many(later, 4),
})
