import { HubError } from '../../platform/errors.ts'
import { createCustomer } from './customer-resource.ts'
import {
  changeOrder,
  createOrder,
  loadOrder,
  noticePayingCustomer,
  refundOrder,
  settleStock,
  type NewRefund,
} from './order-changes.ts'
import { trashOrder } from './order-resource.ts'
import type { PriceDisplay } from './price-html.ts'
import { createProduct, updateProduct, type Given } from './product-changes.ts'
import { slugOf } from './render-product.ts'
import { pingIfPending, runQueue, runRequest, type RequestDeps } from './run-request.ts'
import type { RestFault } from './rest-faults.ts'
import { runDueSales } from './scheduled-sales.ts'
import type {
  Address,
  ApiKey,
  Coupon,
  Customer,
  Order,
  OrderStatus,
  Product,
  ShopRequest,
  Site,
  Webhook,
} from './shop-state.ts'
import { deleteProduct, restoreProduct, trashProduct } from './trash.ts'
import type { WebhookDelivery } from './woo-webhooks.ts'
import { webhooks } from './webhook-resource.ts'

/** A product's or variation's id or SKU. */
export type ProductRef = number | string

export interface Checkout {
  items: readonly { product: ProductRef; quantity: number }[]
  /** A registered customer; left out: a guest. */
  customerId?: number
  /** Of a guest; of a customer it is their own unless given. */
  billing?: Partial<Address>
  status?: OrderStatus
  couponCodes?: readonly string[]
  meta?: readonly { key: string; value: unknown }[]
  /** The block checkout runs in another REST namespace: delivered synchronously, its webhooks carry an error instead of the order. */
  by?: 'classic' | 'block'
}

/**
 * What happens in the shop besides its REST interface: its merchant's clicks and its customers' orders. Each is one request of its own and,
 * with synchronous webhooks, over when they were answered.
 */
export interface ShopControl {
  products(): Product[]
  product(ref: ProductRef): Product
  addProduct(given: Given): Promise<Product>
  addVariation(parent: ProductRef, given: Given): Promise<Product>
  /** Any fields of the REST interface. */
  changeProduct(ref: ProductRef, given: Given): Promise<Product>
  setStock(ref: ProductRef, quantity: number): Promise<Product>
  setPrice(ref: ProductRef, price: { regular?: string; sale?: string }): Promise<Product>
  /** wp-admin's own form for a variation: the parent's event comes first, and still tells the parent's state from before. */
  editVariationInAdmin(ref: ProductRef, given: Given): Promise<Product>
  trash(ref: ProductRef): Promise<void>
  restore(ref: ProductRef): Promise<void>
  deleteForever(ref: ProductRef): Promise<void>
  /** The id of a new category. */
  addCategory(name: string): number
  customers(): Customer[]
  addCustomer(given: Given): Promise<Customer>
  coupons(): Coupon[]
  /** The setting "Enable the use of coupon codes". */
  setCouponsEnabled(isOn: boolean): void
  orders(): Order[]
  order(id: number): Order
  /** An order by the storefront: order.updated comes before order.created, both with the final state. */
  checkout(checkout: Checkout): Promise<Order>
  setOrderStatus(id: number, status: OrderStatus): Promise<Order>
  refund(id: number, refund: Partial<NewRefund>): Promise<Order>
  trashOrder(id: number): Promise<void>
  webhooks(): Webhook[]
  /** As the REST interface makes them, with the ping that follows. */
  addWebhook(given: { topic: string; deliveryUrl: string; secret: string }): Promise<Webhook>
  webhookMode(): 'sync' | 'async'
  setWebhookMode(mode: 'sync' | 'async'): void
  /** Delivers what the asynchronous mode has queued. How many. */
  runQueue(): Promise<number>
  /** The jobs at the beginning and the end of sales that are due; silently: no webhook tells. */
  runDueSales(how?: { isSilent: boolean }): Promise<void>
  /** How prices are typed in and shown from now on, in WooCommerce's settings. */
  setPriceDisplay(display: Partial<PriceDisplay & Pick<Site, 'pricesIncludeTax'>>): void
  /** The last deliveries, oldest first. */
  deliveries(): readonly WebhookDelivery[]
  addKey(permissions: ApiKey['permissions']): ApiKey
  /** From now on calls to the REST interface go wrong like this; with none they go well again. */
  setRestFaults(faults: readonly RestFault[]): void
}

interface ControlDeps extends RequestDeps {
  deliveries: readonly WebhookDelivery[]
  setMode: (mode: 'sync' | 'async') => void
  faults: RestFault[]
}

export function createShopControl(deps: ControlDeps): ShopControl {
  const { state } = deps
  const product = (ref: ProductRef): Product => loadByRef(deps, ref)
  const change = (ref: ProductRef, given: Given): Promise<Product> =>
    runRequest(deps, (request) => updateProduct(request, product(ref), given))
  return {
    products: () => state.products.all(),
    product,
    addProduct: (given) => runRequest(deps, (request) => createProduct(request, given)),
    addVariation: (parent, given) =>
      runRequest(deps, (request) => createProduct(request, given, product(parent).id)),
    changeProduct: change,
    setStock: (ref, quantity) => change(ref, { stock_quantity: quantity }),
    setPrice: (ref, { regular, sale }) =>
      change(ref, {
        ...(regular === undefined ? {} : { regular_price: regular }),
        ...(sale === undefined ? {} : { sale_price: sale }),
      }),
    editVariationInAdmin: (ref, given) => editVariationInAdmin(deps, product(ref), given),
    trash: (ref) => runRequest(deps, (request) => trashProduct(request, product(ref))),
    restore: (ref) => runRequest(deps, (request) => restoreProduct(request, product(ref))),
    deleteForever: (ref) => runRequest(deps, (request) => deleteProduct(request, product(ref))),
    addCategory: (name) => {
      const id = state.nextId('terms')
      return state.categories.put(id, { id, name, slug: slugOf(name) }).id
    },
    customers: () => state.customers.all(),
    addCustomer: (given) => runRequest(deps, (request) => createCustomer(request, given)),
    coupons: () => state.coupons.all(),
    setCouponsEnabled: (isOn) => {
      deps.site.hasCoupons = isOn
    },
    orders: () => state.orders.all(),
    order: (id) => loadOrder(deps, id),
    checkout: (checkout) =>
      runRequest(deps, (request) => placeOrder(request, checkout, product), {
        hasRestRoutes: checkout.by !== 'block',
      }),
    setOrderStatus: (id, status) => runRequest(deps, (request) => changeOrder(request, id, { status })),
    refund: async (id, refund) => {
      await runRequest(deps, (request) => refundOrder(request, id, { reason: '', restock: true, ...refund }))
      return loadOrder(deps, id)
    },
    trashOrder: (id) => runRequest(deps, (request) => trashOrder(request, loadOrder(request, id))),
    webhooks: () => state.webhooks.all(),
    addWebhook: (given) => addWebhook(deps, given),
    webhookMode: () => deps.mode(),
    setWebhookMode: deps.setMode,
    runQueue: () => runQueue(deps),
    runDueSales: (how = { isSilent: false }) => runRequest(deps, (request) => runDueSales(request, how)),
    setPriceDisplay: ({ pricesIncludeTax = deps.site.pricesIncludeTax, ...display }) => {
      deps.site.pricesIncludeTax = pricesIncludeTax
      Object.assign(deps.site.priceDisplay, display)
    },
    deliveries: () => deps.deliveries,
    setRestFaults: (faults) => void deps.faults.splice(0, Infinity, ...faults),
    addKey: (permissions) => {
      const key = { key: `ck_${deps.random.token(20)}`, secret: `cs_${deps.random.token(20)}`, permissions }
      return state.keys.put(key.key, key)
    },
  }
}

function loadByRef({ state }: ControlDeps, ref: ProductRef): Product {
  const found = state.products.find(ref) ?? state.products.all().find(({ sku }) => sku === ref)
  if (found === undefined)
    throw new HubError('sandbox_product_unknown', `The sandbox's shop has no product ${ref}.`)
  return found
}

/** Two savings in one form; what is delivered at once still shows the parent from before the variation was saved. */
async function editVariationInAdmin(deps: ControlDeps, variation: Product, given: Given): Promise<Product> {
  await runRequest(deps, (request) => request.fire('product.updated', variation.parentId))
  return runRequest(deps, (request) => updateProduct(request, variation, given))
}

function placeOrder(request: ShopRequest, checkout: Checkout, product: (ref: ProductRef) => Product): Order {
  const customer = request.state.customers.find(checkout.customerId ?? 0)
  const order = createOrder(request, {
    status: checkout.status ?? 'processing',
    customerId: customer?.id ?? 0,
    billing: { ...customer?.billing, ...checkout.billing },
    shipping: { ...customer?.shipping },
    items: checkout.items.map((item) => {
      const bought = product(item.product)
      const isVariation = bought.type === 'variation'
      return {
        productId: isVariation ? bought.parentId : bought.id,
        variationId: isVariation ? bought.id : 0,
        quantity: item.quantity,
      }
    }),
    // Where coupons are switched off, the storefront has no field for them.
    couponCodes: request.site.hasCoupons ? (checkout.couponCodes ?? []) : [],
    paymentMethod: 'cod',
    paymentMethodTitle: 'Cash on delivery',
    createdVia: checkout.by === 'block' ? 'store-api' : 'checkout',
    customerNote: '',
    meta: checkout.meta ?? [],
    isPaid: false,
  })
  request.fire('order.updated', order.id)
  if (customer !== undefined) noticePayingCustomer(request, customer.id)
  request.fire('order.created', order.id)
  return settleStock(request, order.id)
}

async function addWebhook(
  deps: ControlDeps,
  { topic, deliveryUrl, secret }: { topic: string; deliveryUrl: string; secret: string },
): Promise<Webhook> {
  const given = { name: topic, topic, delivery_url: deliveryUrl, secret }
  const { id } = await runRequest(deps, (request) => webhooks.create(request, [], given))
  await pingIfPending(deps, Number(id))
  const made = deps.state.webhooks.find(Number(id))
  if (made === undefined)
    throw new HubError('sandbox_webhook_gone', 'The webhook was deleted while it was pinged.')
  return made
}
