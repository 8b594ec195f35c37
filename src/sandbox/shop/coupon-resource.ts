import { asList, toText } from '../read-values.ts'
import { findCoupon } from './coupon-rules.ts'
import { listItems, type ListRules } from './list-items.ts'
import { mergeMeta, type Given } from './product-changes.ts'
import { renderCoupon } from './render-others.ts'
import { invalidId, RestError } from './rest-error.ts'
import { readBoolean } from './rest-params.ts'
import { ownId, toBodies, type RestResource } from './rest-resource.ts'
import { nowSecondMs, type Coupon, type ShopDeps } from './shop-state.ts'

const rules: ListRules<Coupon> = {
  orderBys: { title: ({ code }) => code, slug: ({ code }) => code, modified: ({ modifiedMs }) => modifiedMs },
  defaultOrderBy: 'date',
  defaultOrder: 'desc',
  schema: {},
  keeps: (coupon, query) => query.code === undefined || String(query.code).toLowerCase() === coupon.code,
}

export const coupons: RestResource = {
  path: 'coupons',
  schema: {
    code: { type: 'string' },
    amount: { type: 'string' },
    discount_type: { type: 'enum', values: ['percent', 'fixed_cart', 'fixed_product'] },
    usage_limit: { type: 'integer' },
    individual_use: { type: 'boolean' },
  },
  list: (deps, _above, query) =>
    toBodies(listItems(deps.state.coupons.all(), query, deps.site.timeZone, rules), (one) =>
      renderCoupon(deps, one),
    ),
  find: (deps, at) => renderCoupon(deps, loadCoupon(deps, at, 404)),
  create: (request, _above, given) => {
    const code = toText(given.code).toLowerCase()
    if (code === '')
      throw new RestError(400, 'woocommerce_rest_empty_coupon_code', 'The coupon code cannot be empty.')
    if (findCoupon(request, code) !== undefined) {
      throw new RestError(
        400,
        'woocommerce_rest_coupon_code_already_exists',
        'The coupon code already exists',
      )
    }
    const id = request.state.nextId('posts')
    const nowMs = nowSecondMs(request)
    const blank = { ...blankCoupon, id, createdMs: nowMs, modifiedMs: nowMs }
    const coupon = request.state.coupons.put(id, applyGiven(request, blank, given))
    request.fire('coupon.created', id)
    return renderCoupon(request, coupon)
  },
  update: (request, at, given) => {
    const coupon = loadCoupon(request, at, 400)
    const saved = { ...applyGiven(request, coupon, given), modifiedMs: nowSecondMs(request) }
    request.state.coupons.put(coupon.id, saved)
    request.fire('coupon.updated', coupon.id)
    return renderCoupon(request, saved)
  },
  remove: (request, at, isForced) => {
    const coupon = loadCoupon(request, at, 404)
    request.state.coupons.remove(coupon.id)
    if (!isForced) request.fire('coupon.deleted', coupon.id)
    return renderCoupon(request, coupon)
  },
}

const blankCoupon: Omit<Coupon, 'id' | 'createdMs' | 'modifiedMs'> = {
  code: '',
  amount: '0',
  discountType: 'fixed_cart',
  description: '',
  expires: null,
  usageCount: 0,
  individualUse: false,
  usageLimit: null,
  usageLimitPerUser: null,
  minimumAmount: '0',
  productIds: [],
  emailRestrictions: [],
  metaData: [],
}

/** `date_expires_gmt` is dropped without a word; only `date_expires`, in the shop's zone, is kept. */
function applyGiven(deps: ShopDeps, coupon: Coupon, given: Given): Coupon {
  const orNull = (value: unknown): number | null =>
    value === null || value === undefined ? null : Number(value)
  return {
    ...coupon,
    ...(given.code === undefined ? {} : { code: toText(given.code).toLowerCase() }),
    ...(given.amount === undefined ? {} : { amount: toText(given.amount) }),
    ...(given.discount_type === undefined
      ? {}
      : { discountType: toText(given.discount_type) as Coupon['discountType'] }),
    ...(given.description === undefined ? {} : { description: toText(given.description) }),
    ...(given.date_expires === undefined ? {} : { expires: toText(given.date_expires).slice(0, 19) || null }),
    ...(given.individual_use === undefined ? {} : { individualUse: readBoolean(given.individual_use) }),
    ...(given.usage_limit === undefined ? {} : { usageLimit: orNull(given.usage_limit) }),
    ...(given.usage_limit_per_user === undefined
      ? {}
      : { usageLimitPerUser: orNull(given.usage_limit_per_user) }),
    ...(given.minimum_amount === undefined ? {} : { minimumAmount: toText(given.minimum_amount) }),
    ...(given.product_ids === undefined ? {} : { productIds: asList(given.product_ids).map(Number) }),
    ...(given.email_restrictions === undefined
      ? {}
      : { emailRestrictions: asList(given.email_restrictions).map(toText) }),
    ...(given.meta_data === undefined ? {} : { metaData: mergeMeta(deps, coupon.metaData, given.meta_data) }),
  }
}

function loadCoupon({ state }: ShopDeps, at: readonly number[], status: 400 | 404): Coupon {
  const coupon = state.coupons.find(ownId(at))
  if (coupon === undefined) throw invalidId('coupon', status)
  return coupon
}
