import { RestError } from './rest-error.ts'
import { readBoolean } from './rest-params.ts'
import { readTime } from './shop-dates.ts'
import { slugOf } from './render-product.ts'
import { asFields, asList, toText } from '../read-values.ts'
import {
  nowSecondMs,
  type Product,
  type ProductStatus,
  type ShopDeps,
  type ShopRequest,
} from './shop-state.ts'
import { saveProduct } from './stock-rules.ts'

export type Given = Readonly<Record<string, unknown>>

/** A product or variation from what a REST request gives of it. product.created is fired. */
export function createProduct(request: ShopRequest, given: Given, parentId = 0): Product {
  refuseTakenSku(request, given, undefined)
  const id = request.state.nextId('posts')
  const nowMs = nowSecondMs(request)
  const name = toText(given.name) || (parentId === 0 ? 'Product' : '')
  const blank: Product = {
    id,
    type: parentId !== 0 ? 'variation' : given.type === 'variable' ? 'variable' : 'simple',
    parentId,
    name,
    slug: slugFor(request, parentId, given) || `product-${id}`,
    status: 'publish',
    description: '',
    sku: '',
    regularPrice: '',
    salePrice: '',
    saleFromMs: null,
    saleToMs: null,
    price: '',
    manageStock: false,
    stockQuantity: null,
    stockStatus: 'instock',
    backorders: 'no',
    lowStockAmount: null,
    weight: '',
    categoryIds: [],
    image: null,
    attributes: [],
    totalSales: 0,
    catalogVisibility: 'visible',
    createdMs: nowMs,
    modifiedMs: nowMs,
    statusBeforeTrash: null,
    metaData: [],
  }
  const product = saveProduct(request, applyGiven(request, blank, given))
  request.fire('product.created', id)
  return product
}

/** A variation's begins with its parent's. */
function slugFor({ state }: ShopDeps, parentId: number, given: Given): string {
  const options = readAttributes(given.attributes).map(({ options: [option = ''] }) => option)
  const parent = state.products.find(parentId)
  return parent === undefined ? slugOf(toText(given.name)) : slugOf(`${parent.slug} ${options.join(' ')}`)
}

/** Every save fires product.updated, with a change or without. A variation's save says nothing of its parent. */
export function updateProduct(request: ShopRequest, product: Product, given: Given): Product {
  refuseTakenSku(request, given, product.id)
  const saved = saveProduct(request, applyGiven(request, product, given))
  request.fire('product.updated', product.id)
  return saved
}

function applyGiven(deps: ShopDeps, product: Product, given: Given): Product {
  const isParent = product.type === 'variable'
  const manageStock = given.manage_stock === undefined ? product.manageStock : readBoolean(given.manage_stock)
  return {
    ...product,
    ...textsOf(given),
    ...(given.status === undefined ? {} : { status: toText(given.status) as ProductStatus }),
    // Prices live on the variations: those written to a parent are dropped.
    ...(isParent ? {} : pricesOf(deps, given)),
    manageStock,
    ...stockOf(product, given, manageStock),
    ...(given.categories === undefined ? {} : { categoryIds: idsOf(given.categories) }),
    ...(given.attributes === undefined ? {} : { attributes: readAttributes(given.attributes) }),
    ...(given.meta_data === undefined
      ? {}
      : { metaData: mergeMeta(deps, product.metaData, given.meta_data) }),
  }
}

function textsOf(given: Given): Partial<Product> {
  return {
    ...(given.name === undefined ? {} : { name: toText(given.name) }),
    ...(given.description === undefined ? {} : { description: toText(given.description) }),
    ...(given.sku === undefined ? {} : { sku: toText(given.sku) }),
    ...(given.weight === undefined ? {} : { weight: toText(given.weight) }),
    ...(given.catalog_visibility === undefined
      ? {}
      : { catalogVisibility: toText(given.catalog_visibility) as Product['catalogVisibility'] }),
  }
}

function pricesOf(deps: ShopDeps, given: Given): Partial<Product> {
  const time = (name: string): number | null | undefined => {
    const gmt = given[`${name}_gmt`]
    const local = given[name]
    // Both can be written; the one in UTC is applied last.
    if (gmt !== undefined) return typeof gmt === 'string' ? (readTime(gmt, 'UTC') ?? null) : null
    if (local !== undefined)
      return typeof local === 'string' ? (readTime(local, deps.site.timeZone) ?? null) : null
    return undefined
  }
  const from = time('date_on_sale_from')
  const to = time('date_on_sale_to')
  return {
    ...(given.regular_price === undefined ? {} : { regularPrice: toText(given.regular_price) }),
    ...(given.sale_price === undefined ? {} : { salePrice: toText(given.sale_price) }),
    ...(from === undefined ? {} : { saleFromMs: from }),
    ...(to === undefined ? {} : { saleToMs: to }),
  }
}

/** A quantity counts only where stock is managed, a status only where it is not; else they are taken and dropped without a word. */
function stockOf(product: Product, given: Given, manageStock: boolean): Partial<Product> {
  const backorders =
    given.backorders === undefined ? {} : { backorders: toText(given.backorders) as Product['backorders'] }
  const low =
    given.low_stock_amount === undefined ? {} : { lowStockAmount: toNumberOrNull(given.low_stock_amount) }
  if (!manageStock) {
    const status =
      given.stock_status === undefined
        ? {}
        : { stockStatus: toText(given.stock_status) as Product['stockStatus'] }
    return { ...backorders, ...low, ...status, stockQuantity: null }
  }
  const current = product.stockQuantity ?? 0
  if (given.stock_quantity !== undefined)
    return { ...backorders, ...low, stockQuantity: Number(given.stock_quantity) }
  const delta = given.inventory_delta === undefined ? 0 : Number(given.inventory_delta)
  return { ...backorders, ...low, stockQuantity: current + delta }
}

function toNumberOrNull(value: unknown): number | null {
  return value === null || value === '' ? null : Number(value)
}

function idsOf(value: unknown): number[] {
  return asList(value).flatMap((one) => {
    const id = asFields(one)?.id
    return id === undefined ? [] : [Number(id)]
  })
}

function readAttributes(value: unknown): Product['attributes'] {
  return asList(value).map((one) => {
    const { name, option, options } = asFields(one) ?? {}
    return {
      name: toText(name),
      options: option === undefined ? asList(options).map(toText) : [toText(option)],
    }
  })
}

export function mergeMeta(deps: ShopDeps, known: Product['metaData'], value: unknown): Product['metaData'] {
  const given = asList(value).map((one) => asFields(one) ?? {})
  const keys = new Set(given.map(({ key }) => toText(key)))
  return [
    ...known.filter(({ key }) => !keys.has(key)),
    ...given.map(({ key, value: held }) => ({
      id: deps.state.nextId('meta'),
      key: toText(key),
      value: held,
    })),
  ]
}

function refuseTakenSku({ state }: ShopDeps, given: Given, ownId: number | undefined): void {
  const sku = toText(given.sku)
  if (sku === '') return
  const all = state.products.all().filter(({ id, status }) => id !== ownId && status !== 'trash')
  const holder = all.find((one) => one.sku === sku)
  if (holder === undefined) return
  const taken = new Set(all.map((one) => one.sku))
  let count = 1
  while (taken.has(`${sku}-${count}`)) count++
  throw new RestError(400, 'product_invalid_sku', 'Invalid or duplicated SKU.', {
    resource_id: holder.id,
    unique_sku: `${sku}-${count}`,
  })
}
