import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guessTax } from '../../src/catalog/guess-tax.ts'
import type { WooProduct } from '../../src/connectors/woocommerce/woo-product.ts'
import '../support/property-seed.ts'
import { createCatalogWorld, minute, wooParent, wooProduct, wooVariation } from './catalog-world.ts'

const shownAt = (priceMinor: number, regularPriceMinor = priceMinor): Pick<WooProduct, 'shownPrice'> => ({
  shownPrice: { kind: 'shown', priceMinor, regularPriceMinor },
})

describe('what a consumer is shown', () => {
  test('is kept beside what was typed in, and so is its history', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1000, ...shownAt(1190) }))
    const cheaper = { priceMinor: 800, regularPriceMinor: 1000, salePriceMinor: 800 }
    await world.apply(wooProduct({ wcId: 1, ...cheaper, ...shownAt(952, 1190), modifiedAt: minute(1) }))
    expect(await world.product(1)).toMatchObject({
      priceMinor: 952,
      regularPriceMinor: 1190,
      salePriceMinor: 952,
      priceEntered: '8.00',
    })
    expect(
      await world.db.query('select from_minor, to_minor, from_entered, to_entered, at from price_events'),
    ).toEqual([{ fromMinor: 1190, toMinor: 952, fromEntered: '10.00', toEntered: '8.00', at: minute(1) }])
  })

  test('is what was typed in as long as it cannot be understood', async () => {
    await using world = await createCatalogWorld()
    await world.apply(
      wooProduct({ wcId: 1, priceMinor: 1000, shownPrice: { kind: 'unsure', reason: 'several_amounts' } }),
    )
    expect(await world.product(1)).toMatchObject({ priceMinor: 1000 })
  })

  test('does not change with where a buyer lives, whose order made the shop send a webhook', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1000, ...shownAt(1190) }))
    await world.apply(
      wooProduct({ wcId: 1, priceMinor: 1000, ...shownAt(1000), stockQuantity: 4, modifiedAt: minute(1) }),
    )
    expect(await world.product(1)).toMatchObject({ priceMinor: 1190, stockQuantity: 4 })
    expect(await world.db.query('select 1 from price_events')).toEqual([])
  })

  test('changes when the shop, asked, shows it otherwise; the date is that of the look', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1000, ...shownAt(1190) }))
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1000, ...shownAt(1160) }), 'reread')
    expect(await world.product(1)).toMatchObject({ priceMinor: 1160 })
    expect(await world.db.query('select from_minor, to_minor, at from price_events')).toEqual([
      { fromMinor: 1190, toMinor: 1160, at: minute(600) },
    ])
  })
})

test('a shop that shows its prices with tax from now on, or without, has not changed them', async () => {
  await using world = await createCatalogWorld()
  await world.apply(wooProduct({ wcId: 1, priceMinor: 1190, ...shownAt(1190) }))
  const { id, shopId } = await world.product(1)
  await world.db.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, views, last_price_minor)
     values (1, $1, $2, $3, $3, 1, 1190)`,
    [id, shopId, minute(0)],
  )
  for (const shown of [1000, 1190]) {
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1190, ...shownAt(shown) }), 'reread')
    expect(await world.product(1)).toMatchObject({ priceMinor: shown, priceEntered: '11.90' })
  }
  expect(await world.db.query('select 1 from price_events')).toEqual([])
  expect(await world.db.query('select last_price_minor from product_interest')).toEqual([
    { lastPriceMinor: null },
  ])
})

describe('a variation read by REST, of which the shop does not say what it shows', () => {
  test('has its parent’s tax when it is new', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooParent({ wcId: 10, priceMinor: 1000, regularPriceMinor: null, ...shownAt(1190) }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, priceMinor: 2500, regularPriceMinor: 3000 }))
    expect(await world.product(11)).toMatchObject({ priceMinor: 2975, regularPriceMinor: 3570 })
  })

  test('keeps what a webhook said of it, and its own tax when its price changes', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooParent({ wcId: 10, priceMinor: 1000, ...shownAt(1190) }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, priceMinor: 1000, ...shownAt(1070) }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, priceMinor: 1000 }), 'reread')
    expect(await world.product(11)).toMatchObject({ priceMinor: 1070 })
    await world.apply(
      wooVariation({ wcId: 11, parentWcId: 10, priceMinor: 800, modifiedAt: minute(1) }),
      'reread',
    )
    expect(await world.product(11)).toMatchObject({ priceMinor: 856 })
  })

  test('costs nothing where it is given away, and is not priced where it has no price', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooParent({ wcId: 10, priceMinor: 0, ...shownAt(0) }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, priceMinor: 0 }))
    await world.apply(wooVariation({ wcId: 12, parentWcId: 10, priceMinor: null }))
    await world.apply(wooVariation({ wcId: 13, parentWcId: 10, priceMinor: 500, regularPriceMinor: 500 }))
    expect(await world.product(11)).toMatchObject({ priceMinor: 0 })
    expect(await world.product(12)).toMatchObject({ priceMinor: null, isSellable: false })
    expect(await world.product(13)).toMatchObject({ priceMinor: 500 })
  })
})

test('a rate of tax is found from two amounts, well enough for a third', () => {
  const amounts = fc.integer({ min: 500, max: 100_000 })
  const rates = fc.constantFrom(0, 50, 55, 70, 100, 190, 200, 210, 255, 270)
  fc.assert(
    fc.property(amounts, amounts, rates, fc.boolean(), (one, other, rate, isAdded) => {
      const shop = (minor: number): number =>
        Math.round(isAdded ? (minor * (1000 + rate)) / 1000 : (minor * 1000) / (1000 + rate))
      // The nearer the price it was learned from, the nearer the answer.
      const offBy = Math.abs(guessTax(one, shop(one))(other) - shop(other))
      expect(offBy).toBeLessThanOrEqual(Math.ceil(other / one))
    }),
  )
})
