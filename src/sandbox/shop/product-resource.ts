import { listItems, type ListRules, type Query } from './list-items.ts'
import { createProduct, updateProduct } from './product-changes.ts'
import { renderProduct } from './render-product.ts'
import { renderVariation } from './render-variation.ts'
import { alreadyTrashed, invalidId, RestError } from './rest-error.ts'
import { toList, type Schema } from './rest-params.ts'
import { ownId, toBodies, type Body, type RestResource } from './rest-resource.ts'
import type { Product, ShopDeps } from './shop-state.ts'
import { variationsOf } from './stock-rules.ts'
import { deleteProduct, trashProduct } from './trash.ts'

const statuses = ['any', 'future', 'trash', 'draft', 'pending', 'private', 'publish']

const productSchema: Schema = {
  name: { type: 'string' },
  type: { type: 'enum', values: ['simple', 'grouped', 'external', 'variable'] },
  status: { type: 'enum', values: statuses.slice(1).filter((status) => status !== 'trash') },
  sku: { type: 'string' },
  regular_price: { type: 'string' },
  sale_price: { type: 'string' },
  manage_stock: { type: 'boolean' },
  stock_quantity: { type: 'integer' },
  stock_status: { type: 'enum', values: ['instock', 'outofstock', 'onbackorder'] },
  backorders: { type: 'enum', values: ['no', 'notify', 'yes'] },
  weight: { type: 'string' },
  categories: { type: 'array' },
  attributes: { type: 'array' },
  meta_data: { type: 'array' },
}

const rules: ListRules<Product> = {
  orderBys: {
    title: ({ name }) => name.toLowerCase(),
    slug: ({ slug }) => slug,
    modified: ({ modifiedMs }) => modifiedMs,
    price: ({ price }) => Number(price),
    popularity: ({ totalSales }) => totalSales,
    rating: () => 0,
  },
  defaultOrderBy: 'date',
  defaultOrder: 'desc',
  schema: {
    status: { type: 'enum', values: statuses },
    type: { type: 'enum', values: ['simple', 'grouped', 'external', 'variable', 'variation'] },
    stock_status: { type: 'enum', values: ['instock', 'outofstock', 'onbackorder'] },
    on_sale: { type: 'boolean' },
    parent: { type: 'ids' },
    category: { type: 'ids' },
  },
  keeps: (product, query) =>
    hasStatus(product, query) &&
    (query.type === undefined || query.type === product.type) &&
    (query.stock_status === undefined || query.stock_status === product.stockStatus) &&
    (query.category === undefined ||
      toList(query.category).some((id) => product.categoryIds.includes(Number(id)))) &&
    (query.parent === undefined || toList(query.parent).map(Number).includes(product.parentId)) &&
    (typeof query.search !== 'string' || product.name.toLowerCase().includes(query.search.toLowerCase())),
}

/** `any` is any but the trash. */
function hasStatus({ status }: Product, query: Query): boolean {
  const wanted = toList(query.status ?? 'any').map(String)
  return wanted.includes('any') ? status !== 'trash' : wanted.includes(status)
}

export const products: RestResource = {
  path: 'products',
  schema: productSchema,
  list: (deps, _above, query) => {
    // Variations are only ever found by their SKU.
    const skus =
      typeof query.sku === 'string' && query.sku !== ''
        ? [...query.sku.split(',').map((sku) => sku.trim()), query.sku]
        : undefined
    const all = deps.state.products
      .all()
      .filter((one) => (skus === undefined ? one.type !== 'variation' : skus.includes(one.sku)))
    return toBodies(listItems(all, query, deps.site.timeZone, rules), (product) =>
      renderProduct(deps, product),
    )
  },
  find: (deps, at) => renderProduct(deps, loadProduct(deps, at, 404)),
  create: (request, _above, given) => editable(request, createProduct(request, given)),
  update: (request, at, given) =>
    editable(request, updateProduct(request, loadProduct(request, at, 400), given)),
  remove: (request, at, isForced) => {
    const product = loadProduct(request, at, 404)
    // The answer shows it as it was before.
    const body = editable(request, product)
    if (isForced) deleteProduct(request, product)
    else if (product.status === 'trash') throw alreadyTrashed('product')
    else trashProduct(request, product)
    return body
  },
}

function loadProduct({ state }: ShopDeps, at: readonly number[], status: 400 | 404): Product {
  const product = state.products.find(ownId(at))
  if (product === undefined) throw invalidId('product', status)
  if (product.type === 'variation') {
    const message =
      'To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.'
    throw new RestError(404, 'woocommerce_rest_invalid_product_id', message)
  }
  return product
}

/** What is answered to a write: texts unformatted, and two fields more. */
function editable(deps: ShopDeps, product: Product): Body {
  const { _links, ...body } = renderProduct(deps, product)
  return {
    ...body,
    description: product.description,
    permalink_template: `${deps.site.url()}/product/%pagename%/`,
    generated_slug: product.slug,
    _links,
  }
}

export const variations: RestResource = {
  path: 'products/#/variations',
  schema: productSchema,
  list: (deps, above, query) => {
    const all = variationsOf(deps, ownId(above))
    return toBodies(listItems(all, query, deps.site.timeZone, rules), (variation) =>
      renderVariation(deps, variation),
    )
  },
  find: (deps, at) => renderVariation(deps, loadVariation(deps, at, 404)),
  create: (request, above, given) => {
    const parent = request.state.products.find(ownId(above))
    if (parent?.type !== 'variable')
      throw new RestError(404, 'woocommerce_rest_product_invalid_id', 'Invalid parent ID.')
    return renderVariation(request, createProduct(request, given, parent.id))
  },
  update: (request, at, given) =>
    renderVariation(request, updateProduct(request, loadVariation(request, at, 400), given)),
  remove: (request, at, isForced) => {
    const variation = loadVariation(request, at, 404)
    const body = renderVariation(request, variation)
    if (isForced) deleteProduct(request, variation)
    else if (variation.status === 'trash') throw alreadyTrashed('product_variation')
    else trashProduct(request, variation)
    return body
  },
}

/** Over all products; for reading only, since WooCommerce 10.3. */
export function listAllVariations(deps: ShopDeps, query: Query): ReturnType<RestResource['list']> {
  const all = deps.state.products.all().filter(({ type }) => type === 'variation')
  return toBodies(listItems(all, query, deps.site.timeZone, rules), (variation) =>
    renderVariation(deps, variation),
  )
}

function loadVariation({ state }: ShopDeps, at: readonly number[], status: 400 | 404): Product {
  const variation = state.products.find(ownId(at))
  if (variation?.type !== 'variation' || variation.parentId !== at.at(-2))
    throw invalidId('product_variation', status)
  return variation
}
