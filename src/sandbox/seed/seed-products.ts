import { createProduct } from '../shop/product-changes.ts'
import { slugOf } from '../shop/render-product.ts'
import type { Product, ShopRequest } from '../shop/shop-state.ts'
import { saveProduct } from '../shop/stock-rules.ts'
import { categories, families, simpleProducts, type SeedFamily, type SeedProduct } from './assortment.ts'

/** Fills an empty shop with its assortment. */
export function seedProducts(request: ShopRequest): void {
  const categoryIds = new Map<string, number>(
    categories.map((name) => {
      const id = request.state.nextId('terms')
      request.state.categories.put(id, { id, name, slug: slugOf(name) })
      return [name, id]
    }),
  )
  for (const product of simpleProducts) addSimple(request, product, categoryIds)
  for (const family of families) addFamily(request, family, categoryIds)
  backdate(request)
}

const dayMs = 24 * 60 * 60 * 1000

/** The shop is some years old, and nothing in it was changed in this very hour. */
function backdate({ state }: ShopRequest): void {
  for (const product of state.products.all()) {
    const createdMs = product.createdMs - 900 * dayMs + product.id * 60_000
    state.products.put(product.id, {
      ...product,
      createdMs,
      modifiedMs: product.modifiedMs - 2 * dayMs + product.id * 1000,
    })
  }
}

function addSimple(request: ShopRequest, seed: SeedProduct, categoryIds: ReadonlyMap<string, number>): void {
  const product = createProduct(request, {
    name: seed.name,
    sku: seed.sku,
    description: seed.text,
    status: seed.isDraft ? 'draft' : 'publish',
    regular_price: seed.price,
    sale_price: seed.sale ?? '',
    manage_stock: seed.stock !== null,
    ...(seed.stock === null ? {} : { stock_quantity: seed.stock }),
    categories: [{ id: categoryIds.get(seed.category) ?? 0 }],
  })
  givePicture(request, product)
}

function addFamily(request: ShopRequest, seed: SeedFamily, categoryIds: ReadonlyMap<string, number>): void {
  const parent = createProduct(request, {
    type: 'variable',
    name: seed.name,
    sku: seed.sku,
    description: seed.text,
    manage_stock: seed.sharedStock !== undefined,
    ...(seed.sharedStock === undefined ? {} : { stock_quantity: seed.sharedStock }),
    attributes: [{ name: seed.attribute, options: seed.variations.map(([, option]) => option) }],
    categories: [{ id: categoryIds.get(seed.category) ?? 0 }],
  })
  givePicture(request, parent)
  for (const [suffix, option, price, stock] of seed.variations) {
    createProduct(
      request,
      {
        name: option,
        sku: `${seed.sku}-${suffix}`,
        regular_price: price,
        manage_stock: stock !== undefined,
        ...(stock === undefined ? {} : { stock_quantity: stock }),
        attributes: [{ name: seed.attribute, option }],
      },
      parent.id,
    )
  }
}

function givePicture(request: ShopRequest, product: Product): void {
  saveProduct(request, { ...product, image: `/wp-content/uploads/${product.slug}.png` })
}
