import { expect, test } from 'vitest'
import { createCampaignWorld } from './campaign-world.ts'

const noon = '2026-03-10T12:00:00Z'
/** A Portuguese number may be there, so nobody is woken before. */
const nineInTheAzores = '2026-03-11T10:00:00Z'

test('who looked is told of a real drop, once, with the price they saw and the one that is charged', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5, 'Blue mug')
  const rui = await world.person('Rui')
  const ana = await world.person('Ana')
  await world.sees(rui, 'MUG')
  await world.pass(60)
  await world.price('MUG', '15.00')
  await world.pass(5)
  expect(world.namesTo(rui)).toEqual(['price_drop'])
  expect(world.lastTo(rui)).toContain('Blue mug')
  expect(world.lastTo(rui)).toContain('€ 15,00 em vez de € 20,00')
  expect(world.templatesTo(ana)).toEqual([])

  // Saved again, and a little cheaper still: nothing new for somebody who was just told.
  await world.sandbox.shop.changeProduct('MUG', { description: 'With a better photograph.' })
  await world.price('MUG', '14.90')
  await world.at('2026-03-18T12:00:00Z')
  expect(world.namesTo(rui)).toEqual(['price_drop'])
})

test('ten percent is not more than ten percent', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.price('MUG', '18.00')
  await world.pass(5)
  expect(world.templatesTo(rui)).toEqual([])
  await world.price('MUG', '20.00')
  await world.pass(60)
  await world.price('MUG', '17.99')
  await world.pass(5)
  // Lower than ever, but the price of a moment ago is not what it is measured by: 18.00 was.
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.decisions('price_drop')).toEqual(['Rui suppressed drop_too_small'])
})

test('raised first and reduced after is no reduction', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.price('MUG', '30.00')
  await world.pass(60)
  await world.sees(rui, 'MUG')
  await world.pass(60)
  await world.price('MUG', '20.00')
  await world.pass(5)
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.decisions('price_drop')).toEqual(['Rui suppressed drop_too_small'])
})

test('nobody is told of a sale that ends within hours, nor of its end', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.sandbox.shop.changeProduct('MUG', {
    sale_price: '12.00',
    date_on_sale_to_gmt: '2026-03-10T17:00:00',
  })
  await world.settle()
  await world.pass(5)
  expect(await world.decisions('price_drop')).toEqual(['Rui suppressed sale_ending'])
  world.clock.set(new Date('2026-03-10T17:00:01Z'))
  await world.sandbox.shop.runDueSales()
  await world.settle()
  await world.at('2026-03-12T12:00:00Z')
  expect(world.templatesTo(rui)).toEqual([])
})

test('a sale begins on its date also when no webhook says so', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.sandbox.shop.changeProduct('MUG', {
    sale_price: '12.00',
    date_on_sale_from_gmt: '2026-03-11T10:00:00',
    date_on_sale_to_gmt: '2026-03-14T10:00:00',
  })
  await world.settle()
  await world.at('2026-03-11T09:59:00Z')
  expect(world.templatesTo(rui)).toEqual([])
  world.clock.set(new Date('2026-03-11T10:01:00Z'))
  await world.sandbox.shop.runDueSales({ isSilent: true })
  await world.settle()
  await world.pass(5)
  expect(world.namesTo(rui)).toEqual(['price_drop'])
  expect(world.lastTo(rui)).toContain('€ 12,00')
})

test('several drops while somebody slept come as one message about the biggest', async () => {
  await using world = await createCampaignWorld('2026-03-10T20:30:00Z')
  await world.product('MUG', 5, 'Blue mug')
  await world.product('POT', 5, 'Tea pot')
  const rui = await world.person('Rui')
  for (const sku of ['MUG', 'POT']) await world.sees(rui, sku)
  await world.price('MUG', '17.00')
  await world.price('POT', '12.00')
  await world.pass(10)
  expect(world.templatesTo(rui)).toEqual([])
  await world.at(nineInTheAzores)
  const [message, ...more] = world.templatesTo(rui)
  expect(more).toEqual([])
  expect(message?.content.name).toBe('price_drop_several')
  expect(message?.shown).toContain('Tea pot agora custa € 12,00 em vez de € 20,00')
  expect(message?.shown).toContain('também baixaram: 1.')
  expect((await world.decisions('price_drop')).sort()).toEqual(['Rui delivered', 'Rui suppressed grouped'])
})

test('what went up again while somebody slept is not told', async () => {
  await using world = await createCampaignWorld('2026-03-10T20:30:00Z')
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.price('MUG', '12.00')
  await world.pass(10)
  await world.price('MUG', '19.00')
  await world.at(nineInTheAzores)
  expect(world.templatesTo(rui)).toEqual([])
  expect((await world.decisions('price_drop'))[0]).toMatch(/^Rui (suppressed|expired)/)
})

test('a price that was asked for is told when it is reached, also to somebody who wants nothing else', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5, 'Blue mug')
  const ana = await world.person('Ana', { isOptedIn: false })
  const asks = (priceBelowMinor: number): Promise<unknown> =>
    world.api('POST', '/v1/alerts', { phone: ana, sku: 'MUG', priceBelowMinor })
  await asks(1_850)
  await world.price('MUG', '19.00')
  await world.pass(5)
  expect(world.templatesTo(ana)).toEqual([])
  await world.price('MUG', '18.50')
  await world.pass(5)
  expect(world.namesTo(ana)).toEqual(['price_alert'])
  expect(world.lastTo(ana)).toContain('€ 18,50')
  await world.price('MUG', '15.00')
  await world.at('2026-03-13T12:00:00Z')
  expect(world.namesTo(ana)).toEqual(['price_alert'])
})

test('who has bought it since is left in peace', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.pass(60)
  await world.sandbox.buyers.buys(rui, { items: [{ product: 'MUG' }] })
  await world.settle()
  await world.price('MUG', '12.00')
  await world.pass(5)
  expect(await world.decisions('price_drop')).toEqual(['Rui suppressed bought_since'])
})
