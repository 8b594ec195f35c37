import { createHash } from 'node:crypto'
import { linksOf } from './render-links.ts'
import { gmtText, localText, readTime } from './shop-dates.ts'
import type { Category, Coupon, Customer, ShopDeps, Webhook } from './shop-state.ts'

type Body = Record<string, unknown>

function datesOf(
  { site }: ShopDeps,
  { createdMs, modifiedMs }: { createdMs: number; modifiedMs: number | null },
): Body {
  return {
    date_created: localText(createdMs, site.timeZone),
    date_created_gmt: gmtText(createdMs),
    date_modified: localText(modifiedMs, site.timeZone),
    date_modified_gmt: gmtText(modifiedMs),
  }
}

export function renderCustomer(deps: ShopDeps, customer: Customer): Body {
  const { email: _email, ...shipping } = customer.shipping
  const face = createHash('sha256').update(customer.email.toLowerCase()).digest('hex')
  return {
    id: customer.id,
    ...datesOf(deps, customer),
    email: customer.email,
    first_name: customer.firstName,
    last_name: customer.lastName,
    role: 'customer',
    username: customer.username,
    billing: customer.billing,
    shipping,
    is_paying_customer: customer.isPaying,
    avatar_url: `https://secure.gravatar.com/avatar/${face}?s=96&d=mm&r=g`,
    meta_data: customer.metaData,
    _links: linksOf(deps, `customers/${customer.id}`),
  }
}

export function renderCoupon(deps: ShopDeps, coupon: Coupon): Body {
  const zone = deps.site.timeZone
  return {
    id: coupon.id,
    code: coupon.code,
    amount: Number(coupon.amount).toFixed(2),
    status: 'publish',
    ...datesOf(deps, coupon),
    discount_type: coupon.discountType,
    description: coupon.description,
    date_expires: coupon.expires,
    date_expires_gmt: coupon.expires === null ? null : gmtText(readTime(coupon.expires, zone) ?? null),
    usage_count: coupon.usageCount,
    individual_use: coupon.individualUse,
    product_ids: coupon.productIds,
    excluded_product_ids: [],
    usage_limit: coupon.usageLimit,
    usage_limit_per_user: coupon.usageLimitPerUser,
    limit_usage_to_x_items: null,
    free_shipping: false,
    product_categories: [],
    excluded_product_categories: [],
    exclude_sale_items: false,
    minimum_amount: Number(coupon.minimumAmount).toFixed(2),
    maximum_amount: '0.00',
    email_restrictions: coupon.emailRestrictions,
    used_by: coupon.usedBy ?? [],
    meta_data: coupon.metaData,
    _links: linksOf(deps, `coupons/${coupon.id}`),
  }
}

const hooks: Readonly<Record<string, readonly string[]>> = {
  'product.created': [
    'woocommerce_process_product_meta',
    'woocommerce_new_product',
    'woocommerce_new_product_variation',
  ],
  'product.updated': [
    'woocommerce_process_product_meta',
    'woocommerce_update_product',
    'woocommerce_update_product_variation',
  ],
  'order.created': ['woocommerce_new_order'],
  'order.updated': ['woocommerce_update_order', 'woocommerce_order_refunded'],
}

/** Never its secret, nor how often it failed. */
export function renderWebhook(deps: ShopDeps, webhook: Webhook): Body {
  const [resource, event] = webhook.topic.split('.')
  return {
    id: webhook.id,
    name: webhook.name,
    status: webhook.status,
    topic: webhook.topic,
    resource,
    event,
    hooks: hooks[webhook.topic] ?? [],
    delivery_url: webhook.deliveryUrl,
    ...datesOf(deps, webhook),
    _links: linksOf(deps, `webhooks/${webhook.id}`),
  }
}

export function renderCategory(deps: ShopDeps, category: Category): Body {
  const count = deps.state.products
    .all()
    .filter((one) => one.status === 'publish' && one.categoryIds.includes(category.id)).length
  return {
    id: category.id,
    name: category.name,
    slug: category.slug,
    parent: 0,
    description: '',
    display: 'default',
    image: null,
    menu_order: 0,
    count,
    _links: linksOf(deps, `products/categories/${category.id}`),
  }
}
