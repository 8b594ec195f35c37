import { expect, test } from 'vitest'
import { createCampaignWorld } from './campaign-world.ts'

const noon = '2026-03-10T12:00:00Z'

test('a new kind is switched on by a call, and reminds of what was looked at the day before', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5, 'Blue mug')
  const rui = await world.person('Rui', { phone: '+447400212345', country: 'GB' })
  await world.sees(rui, 'MUG')
  await world.nine('2026-03-12T09:00:00Z')
  expect(world.templatesTo(rui)).toEqual([])
  await world.api('POST', '/v1/campaigns/browse_reminder/on')
  await world.nine('2026-03-13T09:00:00Z')
  expect(world.namesTo(rui)).toEqual(['browse_reminder'])
  expect(world.lastTo(rui)).toContain('Blue mug')
  await world.nine('2026-03-14T09:00:00Z')
  expect(world.namesTo(rui)).toEqual(['browse_reminder'])
})

test('half the shop cheaper at once waits for the merchant, who says yes', async () => {
  await using world = await createCampaignWorld(noon)
  const skus = Array.from({ length: 12 }, (_, at) => `P${at}`)
  await world.products(skus)
  const rui = await world.person('Rui')
  await world.sees(rui, 'P3')
  await world.pass(60)
  for (const sku of skus) await world.sandbox.shop.setPrice(sku, { regular: '10.00' })
  await world.settle()
  await world.pass(10)
  expect(world.templatesTo(rui)).toEqual([])
  const held = await world.api<{ items: { state: string; reason: string }[] }>('GET', '/v1/runs?state=held')
  expect(held.items.length).toBe(12)
  expect(held.items[0]).toMatchObject({ state: 'held', reason: 'bulk_change' })
  await world.api('POST', '/v1/runs/approve-all')
  await world.settle()
  await world.pass(5)
  expect(world.namesTo(rui)).toEqual(['price_drop'])
})

test('a price that fell by more than seventy percent is somebody’s slip until the merchant says otherwise', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.price('MUG', '2.00')
  await world.pass(10)
  const { items } = await world.api<{ items: { id: string }[] }>('GET', '/v1/runs?state=held')
  expect(items).toHaveLength(1)
  await world.api('POST', `/v1/runs/${items[0]?.id ?? ''}/refuse`)
  await world.at('2026-03-13T12:00:00Z')
  expect(world.templatesTo(rui)).toEqual([])
})

test('no campaign while something a person wrote waits for an answer', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.pass(60)
  world.sandbox.whatsapp.writes(rui, 'Do you ship to Madeira?')
  await world.settle()
  await world.restock('MUG', 5)
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.decisions('back_in_stock')).toEqual(['Rui waiting in_conversation'])
  await world.at('2026-03-11T14:30:00Z')
  expect(world.namesTo(rui)).toEqual(['back_in_stock'])
})

test('no campaign within three days of an order', async () => {
  await using world = await createCampaignWorld(noon)
  await world.product('MUG', 0)
  await world.product('POT', 5)
  const rui = await world.person('Rui')
  await world.sees(rui, 'MUG')
  await world.sandbox.buyers.buys(rui, { items: [{ product: 'POT' }] })
  await world.at('2026-03-12T12:00:00Z')
  await world.restock('MUG', 5)
  expect(await world.decisions('back_in_stock')).toEqual(['Rui waiting recent_order'])
  await world.at('2026-03-13T11:59:00Z')
  expect(world.templatesTo(rui)).toEqual([])
  await world.at('2026-03-13T12:05:00Z')
  expect(world.namesTo(rui)).toEqual(['back_in_stock'])
})

test('the control group is drawn, counts, and hears nothing', async () => {
  await using world = await createCampaignWorld(noon)
  await world.api('PUT', '/v1/campaigns/price_drop', { holdoutBps: 5_000 })
  await world.product('MUG', 5)
  const people: string[] = []
  for (let at = 0; at < 12; at++) {
    const phone = await world.person(`P${at}`)
    await world.sees(phone, 'MUG')
    people.push(phone)
  }
  await world.price('MUG', '12.00')
  await world.pass(10)
  const decisions = await world.decisions('price_drop')
  const heldOut = decisions.filter((decision) => decision.endsWith('held_out holdout')).length
  expect(heldOut).toBeGreaterThan(0)
  expect(heldOut).toBeLessThan(12)
  expect(people.filter((phone) => world.templatesTo(phone).length > 0)).toHaveLength(12 - heldOut)
  // It takes its place: for a week, nothing else of the shop's comes to those held out either.
  await world.product('PAN', 0)
  for (const phone of people) await world.sees(phone, 'PAN')
  await world.pass(60)
  await world.restock('PAN', 50)
  expect(people.filter((phone) => world.namesTo(phone).includes('back_in_stock'))).toEqual([])
})
