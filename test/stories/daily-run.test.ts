import { expect, test } from 'vitest'
import { createCampaignWorld, type CampaignWorld } from './campaign-world.ts'

const winter = '2026-01-05T12:00:00Z'
const spring = '2026-03-20'

/** Bought this in January, and has not been seen since. */
async function buys(world: CampaignWorld, phone: string, sku: string, quantity = 1): Promise<void> {
  await world.sandbox.buyers.buys(phone, { items: [{ product: sku, quantity }] })
}

async function arrives(
  world: CampaignWorld,
  given: { sku: string; name: string; category: number },
): Promise<void> {
  await world.sandbox.shop.addProduct({
    ...given,
    type: 'simple',
    status: 'publish',
    regular_price: '30.00',
    manage_stock: true,
    stock_quantity: 9,
    categories: [{ id: given.category }],
  })
  await world.settle()
}

test('five people, five reasons to write: each gets the first that applies, and only that', async () => {
  await using world = await createCampaignWorld(winter)
  const { shop } = world.sandbox
  await world.api('PUT', '/v1/campaigns/loyalty_reward', { settings: { minSpentMinor: 10_000 } })
  const tea = shop.addCategory('Tea')
  await world.product('MUG', 50, 'Blue mug')
  await world.product('POT', 50, 'Tea pot')
  await world.product('PAN', 0, 'Copper pan')
  await arrives(world, { sku: 'OOLONG', name: 'Oolong', category: tea })
  const brazil = { country: 'BR' }
  const ana = await world.person('Ana', { ...brazil, phone: '+5511987654321' })
  const bia = await world.person('Bia', { ...brazil, phone: '+5511987654322' })
  const caio = await world.person('Caio')
  const dora = await world.person('Dora')
  const eva = await world.person('Eva')
  for (let order = 0; order < 3; order++) await buys(world, caio, 'MUG', 2)
  await buys(world, dora, 'OOLONG')
  for (const phone of [ana, bia, eva]) await buys(world, phone, 'MUG')
  await world.settle()

  // In March Ana sees a pan that is sold out, Bia a pot; at half past eight in Lisbon they sleep, and there is news of both.
  world.clock.set(new Date(`${spring}T07:00:00Z`))
  await arrives(world, { sku: 'SENCHA', name: 'Sencha', category: tea })
  await world.sees(ana, 'PAN')
  await world.sees(bia, 'POT')
  await world.at(`${spring}T08:30:00Z`)
  await shop.setStock('PAN', 20)
  await world.price('POT', '15.00')
  await world.at(`${spring}T08:40:00Z`)

  await world.nine(`${spring}T09:00:00Z`)
  await world.pass(1)
  const names = (): string[][] => [ana, bia, caio, dora, eva].map((phone) => world.namesTo(phone))
  // The Portuguese ones are woken when it is nine in the Azores as well.
  await world.at(`${spring}T10:01:00Z`)
  await world.pass(1)
  expect(names()).toEqual([[], [], ['loyalty_reward'], ['new_arrivals'], ['we_miss_you']])
  await world.at(`${spring}T12:30:00Z`)
  await world.pass(1)
  expect(names()).toEqual([
    ['back_in_stock'],
    ['price_drop'],
    ['loyalty_reward'],
    ['new_arrivals'],
    ['we_miss_you'],
  ])
  expect(world.lastTo(dora)).toContain('Oolong')
  expect(world.lastTo(dora)).toContain('Sencha')
  expect(world.lastTo(eva)).toContain('Blue mug')
  const daily = await world.db.query<{ kind: string; n: number }>(
    `select c.kind, count(*)::int as n from reengagement_log l join campaigns c on c.id = l.campaign_id group by 1 order by 1`,
  )
  expect(daily.map(({ kind, n }) => `${kind} ${n}`)).toEqual([
    'back_in_stock 1',
    'loyalty_reward 1',
    'new_arrivals 1',
    'price_drop 1',
    'we_miss_you 1',
  ])
})

test('who wrote to us within a fortnight, or bought within sixty days, is not away', async () => {
  await using world = await createCampaignWorld(winter)
  await world.product('MUG', 50)
  await world.product('POT', 50, 'Tea pot')
  const writer = await world.person('Rui')
  const buyer = await world.person('Ana')
  const stranger = await world.person('Zé', { isOptedIn: false })
  for (const phone of [writer, buyer, stranger]) await buys(world, phone, 'MUG')
  await world.settle()
  await world.at('2026-02-01T12:00:00Z')
  await buys(world, buyer, 'MUG')
  await world.settle()
  await world.at('2026-03-10T12:00:00Z')
  await world.looksAt(writer, 'MUG')
  await world.nine('2026-03-20T09:00:00Z')
  await world.at('2026-03-20T10:05:00Z')
  expect([writer, buyer, stranger].map((phone) => world.templatesTo(phone).length)).toEqual([0, 0, 0])
  expect(await world.decisions('we_miss_you')).toEqual(['Zé suppressed no_consent'])
  await world.nine('2026-04-03T08:00:00Z')
  await world.at('2026-04-03T09:05:00Z')
  expect(world.namesTo(writer)).toEqual(['we_miss_you'])
  expect(world.namesTo(buyer)).toEqual(['we_miss_you'])
})

test('we miss you: thirty days apart, and after three without a word the person is left alone', async () => {
  await using world = await createCampaignWorld(winter)
  await world.product('MUG', 50, 'Blue mug')
  await world.product('POT', 50, 'Tea pot')
  const eva = await world.person('Eva')
  await buys(world, eva, 'MUG')
  await world.settle()
  const days: string[] = []
  for (const day of ['03-06', '03-07', '04-06', '04-07', '05-07', '05-08', '06-08', '07-20', '10-31']) {
    const date = `2026-${day}`
    const before = world.templatesTo(eva).length
    // Nine in Lisbon, in winter and summer; an hour later it is nine in the Azores.
    const isSummer = date > '2026-03-29' && date < '2026-10-25'
    await world.nine(`${date}T0${isSummer ? 8 : 9}:00:00Z`)
    await world.at(`${date}T${isSummer ? '09' : '10'}:00:00Z`)
    if (world.templatesTo(eva).length > before) days.push(date)
  }
  expect(days).toEqual(['2026-03-07', '2026-04-07', '2026-05-08'])
  expect((await world.decisions('we_miss_you')).at(-1)).toBe('Eva suppressed left_alone')
})
