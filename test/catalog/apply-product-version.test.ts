import { describe, expect, test } from 'vitest'
import { markProductGone } from '../../src/catalog/apply-product-version.ts'
import { createCatalogWorld, minute, soldOut, wooParent, wooProduct, wooVariation } from './catalog-world.ts'

describe('a spell in stock', () => {
  test('opens when what was sold out is in stock again, and closes when it sells out', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, ...soldOut, modifiedAt: minute(0) }))
    await world.apply(wooProduct({ wcId: 1, stockQuantity: 3, modifiedAt: minute(30) }))
    expect(await world.cycles()).toMatchObject([
      { wcId: 1, outSince: minute(0), openedAt: minute(30), closedAt: null, cause: 'unknown' },
    ])
    expect(world.woken).toEqual(['campaigns'])

    await world.apply(wooProduct({ wcId: 1, stockQuantity: 1, modifiedAt: minute(40) }))
    await world.apply(wooProduct({ wcId: 1, ...soldOut, stockQuantity: -2, modifiedAt: minute(50) }))
    expect(await world.cycles()).toMatchObject([{ openedAt: minute(30), closedAt: minute(50) }])
    const quantities = await world.db.query(
      'select from_quantity, to_quantity, to_in_stock from stock_events order by id',
    )
    expect(quantities).toEqual([
      { fromQuantity: 0, toQuantity: 3, toInStock: true },
      { fromQuantity: 3, toQuantity: 1, toInStock: true },
      { fromQuantity: 1, toQuantity: -2, toInStock: false },
    ])
  })

  test('does not open at first sight, nor by being published, shown or priced', async () => {
    await using world = await createCatalogWorld()
    const hidden = { status: 'draft', isVisible: false, priceMinor: null }
    await world.apply(wooProduct({ wcId: 1, ...hidden, modifiedAt: minute(0) }))
    expect((await world.product(1)).isSellable).toBe(false)
    await world.apply(wooProduct({ wcId: 1, modifiedAt: minute(30) }))
    expect((await world.product(1)).isSellable).toBe(true)
    expect(await world.cycles()).toEqual([])
  })

  test('does not open for a backorder', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, ...soldOut }))
    await world.apply(
      wooProduct({ wcId: 1, stockQuantity: 0, stockStatus: 'onbackorder', modifiedAt: minute(30) }),
    )
    expect(await world.cycles()).toEqual([])
  })

  test('needs the least quantity that can be ordered', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, ...soldOut, minQuantity: 6 }))
    await world.apply(wooProduct({ wcId: 1, stockQuantity: 5, minQuantity: 6, modifiedAt: minute(30) }))
    expect(await world.cycles()).toEqual([])
    await world.apply(wooProduct({ wcId: 1, stockQuantity: 6, minQuantity: 6, modifiedAt: minute(31) }))
    expect(await world.cycles()).toHaveLength(1)
  })

  test('belongs to the variation, and its parent is in stock as long as one of them is', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooParent({ wcId: 10, stockStatus: 'outofstock' }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, ...soldOut }))
    await world.apply(wooVariation({ wcId: 12, parentWcId: 10, ...soldOut }))
    expect(await world.product(10)).toMatchObject({ isInStock: false, isSellable: false })

    await world.apply(wooVariation({ wcId: 12, parentWcId: 10, modifiedAt: minute(30) }))
    expect(await world.product(10)).toMatchObject({
      isInStock: true,
      isSellable: true,
      stockSince: minute(30),
    })
    expect(await world.cycles()).toMatchObject([{ wcId: 12 }])

    await world.apply(wooVariation({ wcId: 12, parentWcId: 10, ...soldOut, modifiedAt: minute(40) }))
    expect(await world.product(10)).toMatchObject({ isInStock: false, isSellable: false })
  })

  test('belongs to the parent that keeps the stock, and its variations follow', async () => {
    await using world = await createCatalogWorld()
    const parent = { wcId: 10, stockManagedBy: 'own' as const }
    const byParent = { stockManagedBy: 'parent' as const, stockQuantity: null, stockStatus: 'outofstock' }
    await world.apply(wooParent({ ...parent, ...soldOut }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, ...byParent }))
    await world.apply(wooVariation({ wcId: 12, parentWcId: 10, ...byParent }))

    await world.apply(wooParent({ ...parent, stockQuantity: 4, modifiedAt: minute(30) }))
    expect(await world.cycles()).toMatchObject([{ wcId: 10, openedAt: minute(30) }])
    for (const wcId of [11, 12]) {
      expect(await world.product(wcId)).toMatchObject({
        isInStock: true,
        isSellable: true,
        stockSince: minute(30),
      })
    }
    // What a variation says of stock is its parent's, maybe from before.
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, ...byParent, modifiedAt: minute(31) }))
    expect((await world.product(11)).isInStock).toBe(true)
  })

  test('does not open for a parent whose variations all keep their own stock', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooParent({ wcId: 10, stockManagedBy: 'own', ...soldOut }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, ...soldOut }))
    await world.apply(
      wooParent({ wcId: 10, stockManagedBy: 'own', stockQuantity: 4, modifiedAt: minute(30) }),
    )
    expect(await world.cycles()).toEqual([])
    expect((await world.product(10)).isInStock).toBe(false)
  })
})

describe('versions', () => {
  test('an older one changes nothing, and of one second the later received counts', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, stockQuantity: 5, modifiedAt: minute(10) }))
    expect(await world.apply(wooProduct({ wcId: 1, stockQuantity: 9, modifiedAt: minute(9) }))).toEqual({
      kind: 'stale',
    })
    expect((await world.apply(wooProduct({ wcId: 1, stockQuantity: 4, modifiedAt: minute(10) }))).kind).toBe(
      'applied',
    )
    expect((await world.product(1)).stockQuantity).toBe(4)
  })

  test('the same again is unchanged, also under a later date', async () => {
    await using world = await createCatalogWorld()
    const product = wooProduct({
      wcId: 1,
      attributes: [{ name: 'Size', option: 'S' }],
      saleTo: minute(90),
      categoryIds: [3, 1],
    })
    await world.apply(product)
    expect(await world.apply(product)).toEqual({ kind: 'unchanged' })
    expect(await world.apply({ ...product, modifiedAt: minute(20) })).toEqual({ kind: 'unchanged' })
    expect(await world.apply({ ...product, stockQuantity: 1, modifiedAt: minute(10) })).toEqual({
      kind: 'stale',
    })
  })

  test('only a change of the amount is a price event', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1900, priceEntered: '19' }))
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1900, priceEntered: '19.00', modifiedAt: minute(1) }))
    await world.apply(wooProduct({ wcId: 1, priceMinor: 1500, priceEntered: '15', modifiedAt: minute(2) }))
    expect(await world.db.query('select from_minor, to_minor, at from price_events')).toEqual([
      { fromMinor: 1900, toMinor: 1500, at: minute(2) },
    ])
  })

  test('many at once end as one row, with one spell', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, ...soldOut }))
    const versions = [1, 2, 3, 4, 5, 6].map((at) =>
      wooProduct({ wcId: 1, stockQuantity: at, modifiedAt: minute(at) }),
    )
    const firsts = [2, 2, 2, 2].map((wcId) => wooProduct({ wcId }))
    await Promise.all([...versions, ...firsts].map((product) => world.apply(product)))
    expect((await world.product(1)).stockQuantity).toBe(6)
    expect(await world.cycles()).toHaveLength(1)
    expect(await world.db.query('select count(*)::int as rows from products')).toEqual([{ rows: 2 }])
  })
})

describe('a family', () => {
  const parent = wooParent({ wcId: 10, sku: 'HOOD', name: 'Hoodie' })
  const small = wooVariation({ wcId: 11, parentWcId: 10, sku: 'HOOD' })
  const large = wooVariation({
    wcId: 12,
    parentWcId: 10,
    sku: 'HOOD-L',
    attributes: [{ name: 'Size', option: 'L' }],
  })

  test.each([[[parent, small, large]], [[small, parent, large]], [[large, small, parent]]])(
    'ends the same in whatever order it comes',
    async (order) => {
      await using world = await createCatalogWorld()
      for (const product of order) await world.apply(product)
      const parentId = (await world.product(10)).id
      expect(await world.product(10)).toMatchObject({
        sku: 'HOOD',
        retailerId: 'HOOD',
        itemKey: 'sku:HOOD',
        isSellable: true,
      })
      // A variation without a SKU of its own reports its parent's.
      expect(await world.product(11)).toMatchObject({
        parentId,
        sku: null,
        retailerId: 'wc_11',
        itemKey: 'id:11',
        name: 'Hoodie - S',
        isSellable: true,
      })
      expect(await world.product(12)).toMatchObject({
        parentId,
        retailerId: 'HOOD-L',
        name: 'Hoodie - L',
        isSellable: true,
      })
    },
  )

  test('sells nothing of a variation whose parent is unknown or unpublished', async () => {
    await using world = await createCatalogWorld()
    await world.apply(small)
    expect((await world.product(11)).isSellable).toBe(false)
    await world.apply({ ...parent, status: 'draft' })
    expect((await world.product(11)).isSellable).toBe(false)
    await world.apply({ ...parent, modifiedAt: minute(1) })
    expect((await world.product(11)).isSellable).toBe(true)
    expect(await world.cycles()).toEqual([])
  })

  test('a variation is called the same by REST and by a webhook, and follows its parent’s name', async () => {
    await using world = await createCatalogWorld()
    await world.apply(parent)
    await world.apply({ ...small, name: 'Hoodie - S' })
    expect(await world.apply({ ...small, name: 'S' }, 'reread')).toEqual({ kind: 'unchanged' })
    await world.apply({ ...parent, name: 'Warm Hoodie', modifiedAt: minute(1) })
    expect((await world.product(11)).name).toBe('Warm Hoodie - S')
  })
})

describe('the id in the Meta catalogue', () => {
  test('is the SKU only while no other product has it, whichever came first', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, sku: 'A' }))
    await world.apply(wooProduct({ wcId: 2, sku: 'A' }))
    expect([(await world.product(1)).retailerId, (await world.product(2)).retailerId]).toEqual([
      'wc_1',
      'wc_2',
    ])
    await world.apply(wooProduct({ wcId: 2, sku: 'B', modifiedAt: minute(1) }))
    expect([(await world.product(1)).retailerId, (await world.product(2)).retailerId]).toEqual(['A', 'B'])
  })

  test('is the SKU of all translations, which are one item', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, sku: 'A', translationGroup: '1' }))
    await world.apply(wooProduct({ wcId: 2, sku: 'A', translationGroup: '1' }))
    const [first, second] = [await world.product(1), await world.product(2)]
    expect([first.retailerId, second.retailerId]).toEqual(['A', 'A'])
    expect(first.itemKey).toBe(second.itemKey)
  })

  test('comes from the shop’s id where the SKU is longer than Meta allows, and is free again after the trash', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, sku: 'x'.repeat(101) }))
    expect((await world.product(1)).retailerId).toBe('wc_1')
    await world.apply(wooProduct({ wcId: 2, sku: 'B' }))
    await world.db.transaction((tx) =>
      markProductGone(
        tx,
        world.deps,
        { shopId: world.shop.id, wcId: 2 },
        { status: 'trash', now: minute(5) },
      ),
    )
    await world.apply(wooProduct({ wcId: 3, sku: 'B' }))
    expect((await world.product(3)).retailerId).toBe('B')
  })
})

describe('what is gone', () => {
  test('is off sale at once with its variations, and stays so when an earlier version comes again', async () => {
    await using world = await createCatalogWorld()
    const gone = (wcId: number): Promise<{ kind: string }> =>
      world.db.transaction((tx) =>
        markProductGone(
          tx,
          world.deps,
          { shopId: world.shop.id, wcId: wcId },
          { status: 'trash', now: minute(5) },
        ),
      )
    await world.apply(wooParent({ wcId: 10 }))
    const small = wooVariation({ wcId: 11, parentWcId: 10 })
    await world.apply(small)
    expect(await gone(10)).toEqual({ kind: 'applied' })
    expect(await gone(10)).toEqual({ kind: 'unchanged' })
    expect(await gone(99)).toEqual({ kind: 'unknown' })
    expect(await world.product(11)).toMatchObject({ status: 'publish', isSellable: false, isInStock: true })
    expect(await gone(11)).toEqual({ kind: 'applied' })
    expect(await world.product(11)).toMatchObject({ status: 'trash', isSellable: false, isInStock: true })

    expect(await world.apply(small)).toEqual({ kind: 'stale' })
    expect((await world.product(11)).status).toBe('trash')
    await world.apply({ ...small, modifiedAt: minute(6) })
    await world.apply(wooParent({ wcId: 10, modifiedAt: minute(6) }))
    expect(await world.product(11)).toMatchObject({ status: 'publish', isSellable: true })
    expect(await world.cycles()).toEqual([])
  })

  test('ends the same when the parent’s word is handled after a variation has returned', async () => {
    await using world = await createCatalogWorld()
    const gone = (wcId: number): Promise<unknown> =>
      world.db.transaction((tx) =>
        markProductGone(tx, world.deps, { shopId: world.shop.id, wcId }, { status: 'trash', now: minute(5) }),
      )
    await world.apply(wooParent({ wcId: 10 }))
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10 }))
    await gone(11)
    await world.apply(wooVariation({ wcId: 11, parentWcId: 10, modifiedAt: minute(6) }))
    await gone(10)
    expect(await world.product(11)).toMatchObject({ status: 'publish', isSellable: false })
    await world.apply(wooParent({ wcId: 10, modifiedAt: minute(6) }))
    expect(await world.product(11)).toMatchObject({ status: 'publish', isSellable: true })
  })

  test('is back when a fresh read finds it, whatever its date', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1 }))
    await world.db.transaction((tx) =>
      markProductGone(
        tx,
        world.deps,
        { shopId: world.shop.id, wcId: 1 },
        { status: 'deleted', now: minute(5) },
      ),
    )
    await world.apply(wooProduct({ wcId: 1 }), 'reread')
    expect(await world.product(1)).toMatchObject({ status: 'publish', isSellable: true })
  })

  test('ends its spell in stock when it is deleted for good', async () => {
    await using world = await createCatalogWorld()
    await world.apply(wooProduct({ wcId: 1, ...soldOut }))
    await world.apply(wooProduct({ wcId: 1, modifiedAt: minute(1) }))
    await world.db.transaction((tx) =>
      markProductGone(
        tx,
        world.deps,
        { shopId: world.shop.id, wcId: 1 },
        { status: 'deleted', now: minute(5) },
      ),
    )
    expect(await world.cycles()).toMatchObject([{ closedAt: minute(5) }])
  })
})
