import { expect, test } from 'vitest'
import { createCampaignWorld, type CampaignWorld } from './campaign-world.ts'

/** Somebody who has earned a reward, on a morning in March. */
async function awayCustomer(): Promise<{ world: CampaignWorld; rui: string }> {
  const world = await createCampaignWorld('2026-01-05T12:00:00Z')
  await world.api('PUT', '/v1/campaigns/loyalty_reward', { settings: { minSpentMinor: 10_000 } })
  await world.product('MUG', 50, 'Blue mug')
  const rui = await world.person('Rui', { phone: '+447400212345', country: 'GB' })
  for (let order = 0; order < 3; order++) {
    await world.sandbox.buyers.buys(rui, { items: [{ product: 'MUG', quantity: 2 }] })
    await world.settle()
  }
  return { world, rui }
}

const morning = '2026-03-20T09:00:00Z'

test('a coupon of their own: made, given, used once, credited', async () => {
  const { world, rui } = await awayCustomer()
  await using _ = world
  const { shop, buyers } = world.sandbox
  await world.nine(morning)
  const [coupon, ...others] = shop.coupons()
  expect(others).toEqual([])
  expect(coupon).toMatchObject({
    discountType: 'percent',
    amount: '10.00',
    usageLimit: 1,
    expires: '2026-04-04T00:00:00',
  })
  expect(coupon?.code.length).toBeLessThanOrEqual(15)
  await world.pass(1)
  const [message] = world.templatesTo(rui)
  expect(message?.content.name).toBe('loyalty_reward')
  expect(message?.shown).toContain(coupon?.code)
  expect(buyers.couponCode(message?.id ?? '')).toBe(coupon?.code)

  const order = await buyers.buys(rui, { items: [{ product: 'MUG' }], couponCode: coupon?.code ?? '' })
  await world.settle()
  expect(order.coupons).toMatchObject([{ discountMinor: 200 }])
  await expect(
    buyers.buys(rui, { items: [{ product: 'MUG' }], couponCode: coupon?.code ?? '' }),
  ).rejects.toThrow()
  // Nobody tapped on the link: it is the code that says whose doing it was.
  expect(
    await world.db.query('select entry, how, conversions, amount_minor from attribution_ledger'),
  ).toEqual([{ entry: 'credit', how: 'coupon', conversions: 1, amountMinor: 1800 }])
  // Once in half a year, however often they come back and stay away.
  for (const day of ['2026-05-25', '2026-07-01', '2026-08-15']) await world.nine(`${day}T08:00:00Z`)
  expect(world.namesTo(rui).filter((name) => name === 'loyalty_reward')).toHaveLength(1)
  expect(shop.coupons()).toHaveLength(1)
})

test('a coupon whose message does not go is taken out of the shop again', async () => {
  const { world, rui } = await awayCustomer()
  await using _ = world
  await world.nine(morning)
  expect(world.sandbox.shop.coupons()).toHaveLength(1)
  world.sandbox.whatsapp.writes(rui, 'STOP')
  await world.settle()
  await world.pass(5)
  expect(world.templatesTo(rui)).toEqual([])
  expect(world.sandbox.shop.coupons()).toEqual([])
  expect(await world.decisions('loyalty_reward')).toEqual(['Rui suppressed opted_out'])
})

test('something more urgent takes the place of a reward that waits for its coupon; the reward comes a week later', async () => {
  const { world, rui } = await awayCustomer()
  await using _ = world
  const { shop } = world.sandbox
  await world.product('PAN', 0, 'Copper pan')
  await world.at('2026-03-19T12:00:00Z')
  await world.sees(rui, 'PAN')
  shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'busy' }])
  await world.nine(morning)
  expect(await world.decisions('loyalty_reward')).toEqual(['Rui reserved coupon_pending'])
  await world.restock('PAN', 5)
  expect(world.namesTo(rui)).toEqual(['back_in_stock'])
  expect(await world.decisions('loyalty_reward')).toEqual(['Rui waiting outranked'])
  shop.setRestFaults([])
  await world.at('2026-03-27T09:00:00Z')
  expect(world.namesTo(rui)).toEqual(['back_in_stock'])
  await world.at('2026-03-27T09:03:00Z')
  await world.pass(1)
  expect(world.namesTo(rui)).toEqual(['back_in_stock', 'loyalty_reward'])
  expect(shop.coupons()).toHaveLength(1)
})
