import type { Clock } from '../../platform/clock.ts'
import type { Random } from '../../platform/random.ts'
import type { Collection, Store } from '../store.ts'
import type { PriceDisplay } from './price-html.ts'

/** A product or a variation, as the shop keeps it. Money is text as the merchant typed it. */
export interface Product {
  id: number
  type: 'simple' | 'variable' | 'variation'
  /** 0 for all but variations. */
  parentId: number
  name: string
  slug: string
  status: ProductStatus
  description: string
  sku: string
  regularPrice: string
  salePrice: string
  saleFromMs: number | null
  saleToMs: number | null
  /** What is charged now; of a variable product the lowest of its variations. */
  price: string
  manageStock: boolean
  /** Null when it is not managed. */
  stockQuantity: number | null
  stockStatus: StockStatus
  backorders: 'no' | 'notify' | 'yes'
  lowStockAmount: number | null
  weight: string
  categoryIds: readonly number[]
  /** Path of the picture below the shop, or none. */
  image: string | null
  /** Of a variable product: name and options; of a variation: name and its one option. */
  attributes: readonly { name: string; options: readonly string[] }[]
  totalSales: number
  catalogVisibility: 'visible' | 'catalog' | 'search' | 'hidden'
  createdMs: number
  modifiedMs: number
  /** What it was before it was put into the trash. */
  statusBeforeTrash: ProductStatus | null
  metaData: readonly Meta[]
}

export type ProductStatus = 'publish' | 'draft' | 'pending' | 'private' | 'future' | 'trash'
export type StockStatus = 'instock' | 'outofstock' | 'onbackorder'

export interface Meta {
  id: number
  key: string
  value: unknown
}

export interface Address {
  first_name: string
  last_name: string
  company: string
  address_1: string
  address_2: string
  city: string
  state: string
  postcode: string
  country: string
  email: string
  phone: string
}

export type OrderStatus =
  'pending' | 'processing' | 'on-hold' | 'completed' | 'cancelled' | 'refunded' | 'failed' | 'trash'

export interface OrderLine {
  id: number
  name: string
  /** 0: the product does not exist. */
  productId: number
  variationId: number
  quantity: number
  subtotalMinor: number
  totalMinor: number
  /** How much of the stock this line has taken. */
  reducedStock: number
  meta: readonly Meta[]
}

export interface Order {
  id: number
  status: OrderStatus
  statusBeforeTrash: OrderStatus | null
  customerId: number
  orderKey: string
  billing: Address
  shipping: Address
  paymentMethod: string
  paymentMethodTitle: string
  createdVia: 'rest-api' | 'checkout' | 'store-api'
  customerNote: string
  lines: readonly OrderLine[]
  coupons: readonly { id: number; code: string; discountMinor: number }[]
  refunds: readonly { id: number; reason: string; amountMinor: number; createdMs: number }[]
  metaData: readonly Meta[]
  createdMs: number
  modifiedMs: number
  paidMs: number | null
  completedMs: number | null
}

export interface Customer {
  id: number
  email: string
  firstName: string
  lastName: string
  username: string
  billing: Address
  shipping: Address
  isPaying: boolean
  metaData: readonly Meta[]
  createdMs: number
  modifiedMs: number
}

export interface Coupon {
  id: number
  code: string
  amount: string
  discountType: 'percent' | 'fixed_cart' | 'fixed_product'
  description: string
  /** In the shop's zone. */
  expires: string | null
  usageCount: number
  individualUse: boolean
  usageLimit: number | null
  usageLimitPerUser: number | null
  minimumAmount: string
  productIds: readonly number[]
  emailRestrictions: readonly string[]
  /** Customer ids and guests' e-mail addresses, one entry per use; none in what an older sandbox has kept. */
  usedBy?: readonly string[]
  metaData: readonly Meta[]
  createdMs: number
  modifiedMs: number
}

export interface Webhook {
  id: number
  name: string
  status: 'active' | 'paused' | 'disabled'
  topic: string
  deliveryUrl: string
  secret: string
  failureCount: number
  /** Until a ping has been answered 200. */
  isPingPending: boolean
  createdMs: number
  modifiedMs: number | null
}

/** A delivery that waits for the queue to run: one per webhook and object. */
export interface QueuedDelivery {
  webhookId: number
  resourceId: number
}

export interface ApiKey {
  key: string
  secret: string
  permissions: 'read' | 'write' | 'read_write'
}

export interface Category {
  id: number
  name: string
  slug: string
}

export interface ShopState {
  products: Collection<Product>
  orders: Collection<Order>
  customers: Collection<Customer>
  coupons: Collection<Coupon>
  categories: Collection<Category>
  webhooks: Collection<Webhook>
  queue: Collection<QueuedDelivery>
  keys: Collection<ApiKey>
  /** `posts` numbers products, orders and coupons alike. */
  nextId(sequence: 'posts' | 'users' | 'terms' | 'webhooks' | 'order_items' | 'meta'): number
  together<Result>(work: () => Result): Result
}

export function openShopState(store: Store): ShopState {
  return {
    products: store.collection('products'),
    orders: store.collection('orders'),
    customers: store.collection('customers'),
    coupons: store.collection('coupons'),
    categories: store.collection('categories'),
    webhooks: store.collection('webhooks'),
    queue: store.collection('queue'),
    keys: store.collection('keys'),
    nextId: (sequence) => store.nextId(sequence),
    together: (work) => store.together(work),
  }
}

export interface Site {
  name: string
  /** The shop's address, without a slash at its end. */
  url: () => string
  timeZone: string
  /** Of two decimals. */
  currency: string
  pricesIncludeTax: boolean
  priceDisplay: PriceDisplay
  /** Whether coupons can be used at all; a coupon can be made all the same. */
  hasCoupons: boolean
}

/** What everything in the shop works on. */
export interface ShopDeps {
  state: ShopState
  site: Site
  clock: Clock
  random: Random
}

/** Tells WooCommerce's webhooks that something happened to an object; what is sent is decided when the request is over. */
export type Fire = (topic: Topic, id: number) => void

export type Topic = `${Resource}.${'created' | 'updated' | 'deleted' | 'restored'}`
export type Resource = 'product' | 'order' | 'customer' | 'coupon'

/** One request to the shop, or one act of a person in it. */
export interface ShopRequest extends ShopDeps {
  fire: Fire
}

/** WooCommerce knows seconds only. */
export function nowSecondMs({ clock }: Pick<ShopDeps, 'clock'>): number {
  return Math.floor(clock.now().getTime() / 1000) * 1000
}
