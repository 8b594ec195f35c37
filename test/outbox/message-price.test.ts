import { describe, expect, test } from 'vitest'
import { decideCost, estimateCost, type Delivery } from '../../src/outbox/message-price.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import { settleStatuses, type DeliveryStatus } from '../../src/outbox/settle-statuses.ts'
import { messagePricesSchema } from '../../src/shops/message-prices.ts'
import { defaultShopSettings, shopSettingsSchema } from '../../src/shops/shop-settings.ts'
import { saveShopSettings } from '../../src/shops/shop-store.ts'
import { createOutboxWorld, enqueue, start, type OutboxWorld } from './support/outbox-world.ts'

const prices = messagePricesSchema.parse({ microsByCountry: { PT: 50_000, BR: 60_000 }, otherMicros: 70_000 })

const delivered: Delivery = {
  isTemplate: true,
  isDelivered: true,
  pricingType: 'regular',
  country: 'PT',
  cost: null,
}

describe('a message costs', () => {
  test('what the table says for the person’s country, and the price for others where it says nothing', () => {
    expect(decideCost(prices, delivered)).toEqual({ micros: 50_000, currency: 'USD' })
    expect(decideCost(prices, { ...delivered, country: 'JP' })).toEqual({ micros: 70_000, currency: 'USD' })
    expect(decideCost(prices, { ...delivered, country: null })).toEqual({ micros: 70_000, currency: 'USD' })
  })

  test.each<[string, Partial<Delivery>]>([
    ['it is not delivered', { isDelivered: false }],
    ['it is no template', { isTemplate: false }],
    ['Meta gives it for free after an advertisement', { pricingType: 'free_entry_point' }],
    ['Meta gives it for free as an answer', { pricingType: 'free_customer_service' }],
  ])('nothing when %s', (_, change) => {
    expect(decideCost(prices, { ...delivered, ...change })).toBeNull()
    expect(decideCost(prices, { ...delivered, ...change, cost: { micros: 1, currency: 'EUR' } })).toBeNull()
  })

  test('what it did on its day, whatever later tables say', () => {
    const cost = { micros: 123, currency: 'EUR' }
    expect(decideCost(prices, { ...delivered, cost })).toEqual(cost)
  })
})

test('an estimate adds up what each country’s messages would cost', () => {
  expect(estimateCost(prices, ['PT', 'BR', null, 'PT', 'JP'])).toEqual({
    currency: 'USD',
    asOf: defaultShopSettings.sending.prices.asOf,
    micros: 50_000 * 2 + 60_000 + 70_000 * 2,
    byCountry: [
      { country: 'PT', messages: 2, micros: 100_000 },
      { country: null, messages: 1, micros: 70_000 },
      { country: 'BR', messages: 1, micros: 60_000 },
      { country: 'JP', messages: 1, micros: 70_000 },
    ],
  })
  expect(estimateCost(prices, [])).toMatchObject({ micros: 0, byCountry: [] })
})

test('impossible prices are refused', () => {
  const refused = (table: object): boolean =>
    !shopSettingsSchema.safeParse({ sending: { prices: table } }).success
  expect(refused({ otherMicros: -1 })).toBe(true)
  expect(refused({ currency: 'dollars' })).toBe(true)
  expect(refused({ asOf: 'yesterday' })).toBe(true)
  expect(refused({ microsByCountry: { Portugal: 5 } })).toBe(true)
  expect(refused({ microsByCountry: { PT: 0.05 } })).toBe(true)
})

describe('through the statuses', () => {
  type Told = Partial<DeliveryStatus> & Pick<DeliveryStatus, 'status'>

  async function told(world: OutboxWorld, ...statuses: Told[]): Promise<unknown> {
    for (const status of statuses) {
      const whole: DeliveryStatus = {
        shopId: world.shopId,
        wamid: 'wamid.1',
        callbackData: undefined,
        at: start,
        pricing: undefined,
        errors: [],
        ...status,
      }
      await world.db.transaction((tx) => settleStatuses(tx, world.deps, [whole], world.clock.now()))
    }
    const [message] = await world.db.query('select cost_micros, cost_currency from messages')
    return message
  }

  async function sent(): Promise<OutboxWorld> {
    const world = await createOutboxWorld()
    await enqueue(world, { purpose: 'campaign' })
    await sendDue(world.deps)
    await world.db.execute(`update people set country = 'PT'`)
    return world
  }

  const free = { type: 'free_entry_point', category: 'marketing' }
  const none = { costMicros: null, costCurrency: null }
  const full = { costMicros: 59_200, costCurrency: 'USD' }

  test('a message is charged for once it is delivered, and a later table changes nothing', async () => {
    await using world = await sent()
    expect(
      await told(world, { status: 'sent', pricing: { type: 'regular', category: 'marketing' } }),
    ).toEqual(none)
    expect(await told(world, { status: 'delivered' })).toEqual(full)
    await world.db.transaction((tx) =>
      saveShopSettings(
        tx,
        world.shopId,
        { sending: { prices: { microsByCountry: {} } } },
        { name: 'test', now: start },
      ),
    )
    expect(
      await told(world, { status: 'read', pricing: { type: 'regular', category: 'marketing' } }),
    ).toEqual(full)
  })

  test('read without having been delivered is delivered', async () => {
    await using world = await sent()
    expect(await told(world, { status: 'read' })).toEqual(full)
  })

  test('what Meta says was free costs nothing, whether it says so before or after', async () => {
    await using before = await sent()
    expect(await told(before, { status: 'sent', pricing: free }, { status: 'delivered' })).toEqual(none)
    await using after = await sent()
    expect(await told(after, { status: 'delivered' }, { status: 'sent', pricing: free })).toEqual(none)
  })
})
