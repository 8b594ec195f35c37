import { expect, test } from 'vitest'
import { createWorld } from '../support/world.ts'

test('a shop that shows its prices with tax is announced with tax', async () => {
  await using world = await createWorld()
  const { shop } = world.sandbox
  shop.setPriceDisplay({
    pricesIncludeTax: false,
    taxDisplay: 'incl',
    taxRateBps: 2_300,
    suffix: 'incl. VAT',
  })
  await world.product('CUP', 3)
  await shop.addProduct({ name: 'Mug', sku: 'MUG', type: 'variable', status: 'publish' })
  await shop.addVariation('MUG', { sku: 'MUG-S', regular_price: '10.00' })
  await world.settle()
  const prices = (): Promise<unknown[]> =>
    world.db.query('select sku, price_minor, price_entered from products order by sku')
  expect(await prices()).toEqual([
    { sku: 'CUP', priceMinor: 2460, priceEntered: '20.00' },
    { sku: 'MUG', priceMinor: null, priceEntered: null },
    { sku: 'MUG-S', priceMinor: 1230, priceEntered: '10.00' },
  ])
})
