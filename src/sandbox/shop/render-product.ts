import { isOnSale } from './scheduled-sales.ts'
import { gmtText, localText } from './shop-dates.ts'
import { shownAmount, writePriceHtml } from './price-html.ts'
import { linksOf } from './render-links.ts'
import type { Product, ShopDeps } from './shop-state.ts'
import { stockKeeperOf, variationsOf } from './stock-rules.ts'

type Body = Record<string, unknown>

export function addressOf({ site, state }: ShopDeps, product: Product): string {
  if (product.type !== 'variation') return `${site.url()}/product/${product.slug}/`
  const parent = state.products.find(product.parentId)
  const choice = product.attributes.map(
    ({ name, options }) => `attribute_${slugOf(name)}=${encodeURIComponent(options[0] ?? '')}`,
  )
  return `${site.url()}/product/${parent?.slug ?? ''}/?${choice.join('&')}`
}

export function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** What products and variations say in the same words: times, prices, sale. */
export function commonFields(deps: ShopDeps, product: Product): { dates: Body; prices: Body } {
  const zone = deps.site.timeZone
  return {
    dates: {
      date_created: localText(product.createdMs, zone),
      date_created_gmt: gmtText(product.createdMs),
      date_modified: localText(product.modifiedMs, zone),
      date_modified_gmt: gmtText(product.modifiedMs),
    },
    prices: {
      price: product.price,
      regular_price: product.regularPrice,
      sale_price: product.salePrice,
      date_on_sale_from: localText(product.saleFromMs, zone),
      date_on_sale_from_gmt: gmtText(product.saleFromMs),
      date_on_sale_to: localText(product.saleToMs, zone),
      date_on_sale_to_gmt: gmtText(product.saleToMs),
      on_sale: isOnSale(product, deps.clock.now().getTime()),
    },
  }
}

/**
 * A product, or a variation in a product's clothes as webhooks carry it: the 71 fields of WooCommerce 11 in their order, the links last.
 */
export function renderProduct(deps: ShopDeps, product: Product): Body {
  const isVariation = product.type === 'variation'
  const { dates, prices } = commonFields(deps, product)
  return {
    id: product.id,
    name: fullName(deps, product),
    slug: product.slug,
    permalink: addressOf(deps, product),
    ...dates,
    type: product.type,
    status: product.status,
    featured: false,
    catalog_visibility: product.catalogVisibility,
    description: product.description === '' ? '' : `<p>${product.description}</p>\n`,
    short_description: '',
    sku: product.sku,
    ...prices,
    purchasable: product.price !== '' && product.status === 'publish',
    // A text for variations, a number for all others.
    total_sales: isVariation ? '0' : product.totalSales,
    virtual: false,
    downloadable: false,
    downloads: [],
    download_limit: -1,
    download_expiry: -1,
    external_url: '',
    button_text: '',
    tax_status: 'taxable',
    tax_class: '',
    ...stockFields(deps, product),
    low_stock_amount: product.lowStockAmount,
    sold_individually: false,
    weight: product.weight,
    dimensions: { length: '', width: '', height: '' },
    shipping_required: true,
    shipping_taxable: true,
    shipping_class: '',
    shipping_class_id: 0,
    reviews_allowed: !isVariation,
    average_rating: '0.00',
    rating_count: 0,
    upsell_ids: [],
    cross_sell_ids: [],
    parent_id: product.parentId,
    purchase_note: '',
    categories: isVariation ? [] : categoriesOf(deps, product),
    brands: [],
    tags: [],
    images: imagesOf(deps, product),
    attributes: attributesOf(product),
    default_attributes: [],
    variations: product.type === 'variable' ? variationsOf(deps, product.id).map(({ id }) => id) : [],
    grouped_products: [],
    menu_order: 0,
    price_html: priceHtml(deps, product),
    related_ids: isVariation ? [] : relatedIds(deps, product),
    meta_data: product.metaData,
    stock_status: product.stockStatus,
    has_options: product.type === 'variable',
    post_password: '',
    global_unique_id: '',
    _links: linksOf(
      deps,
      `products/${product.id}`,
      isVariation ? { up: `products/${product.parentId}` } : {},
    ),
  }
}

export function stockFields(deps: ShopDeps, product: Product): Body {
  const keeper = stockKeeperOf(deps, product)
  const backorders = keeper?.backorders ?? product.backorders
  return {
    manage_stock: keeper === undefined ? false : keeper.id === product.id ? true : 'parent',
    stock_quantity: keeper?.stockQuantity ?? null,
    backorders,
    backorders_allowed: backorders !== 'no',
    backordered: product.stockStatus === 'onbackorder',
  }
}

/** "Shirt - S, Black": a variation's own name is its options. */
export function fullName({ state }: Pick<ShopDeps, 'state'>, product: Product): string {
  if (product.type !== 'variation') return product.name
  return `${state.products.find(product.parentId)?.name ?? ''} - ${optionsOf(product)}`
}

export function optionsOf(product: Product): string {
  return product.attributes.map(({ options }) => options[0] ?? '').join(', ')
}

export function attributesOf(product: Product): Body[] {
  return product.attributes.map(({ name, options }, position) =>
    product.type === 'variation'
      ? { id: 0, name, slug: slugOf(name), option: options[0] ?? '' }
      : { id: 0, name, slug: name, position, visible: true, variation: product.type === 'variable', options },
  )
}

export function imagesOf({ site }: ShopDeps, product: Product): Body[] {
  if (product.image === null) return []
  const created = gmtText(product.createdMs)
  return [
    {
      id: 100_000 + product.id,
      date_created: created,
      date_created_gmt: created,
      date_modified: created,
      date_modified_gmt: created,
      src: `${site.url()}${product.image}`,
      name: product.slug,
      alt: product.name,
    },
  ]
}

function categoriesOf({ state }: ShopDeps, product: Product): Body[] {
  return product.categoryIds.flatMap((id) => {
    const category = state.categories.find(id)
    return category === undefined ? [] : [{ id, name: category.name, slug: category.slug }]
  })
}

/** In an order that differs from one rendering to the next, as in the real shop. */
function relatedIds(deps: ShopDeps, product: Product): number[] {
  const related = deps.state.products
    .all()
    .filter((one) => one.id !== product.id && one.type !== 'variation' && one.status === 'publish')
    .filter((one) => one.categoryIds.some((id) => product.categoryIds.includes(id)))
    .map(({ id }) => id)
  return Array.from({ length: Math.min(5, related.length) }, () =>
    related.splice(deps.random.below(related.length), 1),
  ).flat()
}

/** Of a product with variations: of those that can be had. */
function priceHtml(deps: ShopDeps, product: Product): string {
  const { priceDisplay, pricesIncludeTax, currency } = deps.site
  const priced = (product.type === 'variable' ? variationsOf(deps, product.id) : [product]).filter(
    ({ price, status }) => price !== '' && (product.type !== 'variable' || status === 'publish'),
  )
  if (priced.length === 0) return ''
  const shown = (entered: string): number => shownAmount(entered, priceDisplay, pricesIncludeTax)
  const prices = priced.map(({ price }) => shown(price)).sort((one, other) => one - other)
  const regulars = [...new Set(priced.map(({ regularPrice }) => shown(regularPrice)))]
  const from = prices[0] ?? 0
  const regular = regulars.length === 1 && regulars[0] !== from ? (regulars[0] ?? null) : null
  return writePriceHtml({ from, to: prices.at(-1) ?? from, regular }, priceDisplay, currency)
}
