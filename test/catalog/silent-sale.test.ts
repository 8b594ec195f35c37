import { expect, test } from 'vitest'
import { createWorld } from '../support/world.ts'

test('a planned sale of which no webhook tells is known all the same, at its beginning and at its end', async () => {
  await using world = await createWorld({ now: '2026-03-10T12:00:00Z' })
  const { shop } = world.sandbox
  await world.product('CUP', 3)
  await shop.changeProduct('CUP', {
    sale_price: '15.00',
    date_on_sale_from_gmt: '2026-03-10T13:00:00',
    date_on_sale_to_gmt: '2026-03-10T15:00:00',
  })
  await world.settle()
  const events = (): Promise<unknown[]> =>
    world.db.query('select from_minor, to_minor, source, at from price_events order by id')
  expect(await events()).toEqual([])

  world.clock.advance(60 * 60_000)
  await shop.runDueSales({ isSilent: true })
  await world.settle()
  const began = { fromMinor: 2000, toMinor: 1500, source: 'reread', at: new Date('2026-03-10T13:00:00Z') }
  expect(await events()).toEqual([began])

  world.clock.advance(120 * 60_000)
  await shop.runDueSales({ isSilent: true })
  await world.settle()
  const ended = { fromMinor: 1500, toMinor: 2000, source: 'reread', at: new Date('2026-03-10T15:00:00Z') }
  expect(await events()).toEqual([began, ended])
})
