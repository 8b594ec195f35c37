import { expect, test } from 'vitest'
import { returnRampUp, takeRampUp, type WantedTemplate } from '../../src/outbox/take-ramp-up.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'
import { after, createOutboxWorld, hour, minute, start, type OutboxWorld } from './support/outbox-world.ts'

const settings = { ...defaultShopSettings.sending.templateRampUp, firstHour: 10, perHour: 30 }

let ids = 0
const wanted = (world: OutboxWorld, count: number, over: Partial<WantedTemplate> = {}): WantedTemplate[] =>
  Array.from({ length: count }, () => ({
    messageId: ++ids,
    wabaId: world.wabaId,
    templateName: 'back_in_stock',
    templateLanguage: 'en',
    purpose: 'campaign',
    ...over,
  }))

const take = (world: OutboxWorld, messages: readonly WantedTemplate[], now = start) =>
  world.db.transaction((tx) => takeRampUp(tx, messages, settings, now))

test('a new template goes to few in the first hour of its use, to more in the next, and to all after a day', async () => {
  await using world = await createOutboxWorld()
  // Approved for days, and never used until now.
  const first = after(100 * hour)
  const messages = wanted(world, 12)
  const deferred = await take(world, messages, first)
  expect([...deferred]).toEqual(
    messages
      .slice(10)
      .map(({ messageId }) => [
        messageId,
        { kind: 'defer', until: after(101 * hour), reason: 'template_ramp_up' },
      ]),
  )
  expect((await take(world, wanted(world, 1), after(100 * hour + 59 * minute))).size).toBe(1)
  expect((await take(world, wanted(world, 31), after(101 * hour))).size).toBe(1)
  expect((await take(world, wanted(world, 500), after(124 * hour))).size).toBe(0)
})

test('each template has a ramp-up of its own, and only marketing is counted', async () => {
  await using world = await createOutboxWorld()
  const messages = [
    ...wanted(world, 11),
    ...wanted(world, 10, { templateLanguage: 'es' }),
    ...wanted(world, 50, { purpose: 'transactional' }),
    ...wanted(world, 10, { templateName: 'price_alert', purpose: 'alert' }),
  ]
  expect([...(await take(world, messages)).keys()]).toEqual([messages[10]!.messageId])
})

test('what was counted and did not go is counted no more', async () => {
  await using world = await createOutboxWorld()
  const messages = wanted(world, 10)
  await take(world, messages)
  await world.db.transaction((tx) => returnRampUp(tx, messages.slice(0, 4)))
  expect((await take(world, wanted(world, 5))).size).toBe(1)
})

test('good quality lifts it at once, and a hold of Meta’s closes it for an hour', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(`update templates set quality = 'GREEN' where name = 'back_in_stock'`)
  expect((await take(world, wanted(world, 100))).size).toBe(0)
  await world.db.execute(`update templates set ramp_held_at = $1 where name = 'back_in_stock'`, [start])
  const [held] = await take(world, wanted(world, 1), after(30 * minute))
  expect(held?.[1]).toEqual({ kind: 'defer', until: after(hour), reason: 'template_held' })
  expect((await take(world, wanted(world, 1), after(hour))).size).toBe(0)
})

test('many senders beside each other never send more than the step allows', async () => {
  await using world = await createOutboxWorld()
  const deferred = await Promise.all(Array.from({ length: 8 }, () => take(world, wanted(world, 3))))
  expect(deferred.reduce((sum, one) => sum + one.size, 0)).toBe(8 * 3 - 10)
  const [row] = await world.db.query(
    `select ramp_sent from templates where name = 'back_in_stock' and language = 'en'`,
  )
  expect(row).toEqual({ rampSent: 10 })
})

test('a template past its ramp-up is not written to', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(`update templates set ramp_started_at = $1`, [after(-24 * hour)])
  const version = () => world.db.query(`select xmin::text, id from templates order by id`)
  const before = await version()
  expect((await take(world, wanted(world, 100))).size).toBe(0)
  expect(await version()).toEqual(before)
})
