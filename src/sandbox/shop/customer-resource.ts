import { toText } from '../read-values.ts'
import { listItems, type ListRules } from './list-items.ts'
import { readAddress } from './order-resource.ts'
import { mergeMeta, type Given } from './product-changes.ts'
import { emptyAddress } from './render-order.ts'
import { renderCustomer } from './render-others.ts'
import { RestError } from './rest-error.ts'
import { ownId, toBodies, type RestResource } from './rest-resource.ts'
import { nowSecondMs, type Customer, type ShopDeps, type ShopRequest } from './shop-state.ts'

const rules: ListRules<Customer> = {
  orderBys: { name: ({ username }) => username, registered_date: ({ createdMs }) => createdMs },
  defaultOrderBy: 'name',
  defaultOrder: 'asc',
  schema: {
    role: {
      type: 'enum',
      values: [
        'all',
        'administrator',
        'editor',
        'author',
        'contributor',
        'subscriber',
        'customer',
        'shop_manager',
      ],
    },
  },
  keeps: (customer, query) =>
    (query.role === undefined || query.role === 'all' || query.role === 'customer') &&
    (query.email === undefined || String(query.email).toLowerCase() === customer.email.toLowerCase()) &&
    // Users' own columns only: never a phone.
    (typeof query.search !== 'string' || `${customer.username} ${customer.email}`.includes(query.search)),
}

export const customers: RestResource = {
  path: 'customers',
  schema: {
    email: { type: 'string' },
    first_name: { type: 'string' },
    last_name: { type: 'string' },
    billing: { type: 'object' },
  },
  list: (deps, _above, query) =>
    toBodies(listItems(deps.state.customers.all(), query, deps.site.timeZone, rules), (one) =>
      renderCustomer(deps, one),
    ),
  find: (deps, at) => renderCustomer(deps, loadCustomer(deps, at, 404)),
  create: (request, _above, given) => renderCustomer(request, createCustomer(request, given)),
  update: (request, at, given) => {
    const customer = loadCustomer(request, at, 400)
    refuseTakenEmail(request, given, customer.id)
    const saved = request.state.customers.put(customer.id, {
      ...customer,
      email: given.email === undefined ? customer.email : toText(given.email),
      firstName: given.first_name === undefined ? customer.firstName : toText(given.first_name),
      lastName: given.last_name === undefined ? customer.lastName : toText(given.last_name),
      billing: { ...customer.billing, ...readAddress(given.billing) },
      shipping: { ...customer.shipping, ...readAddress(given.shipping) },
      metaData:
        given.meta_data === undefined
          ? customer.metaData
          : mergeMeta(request, customer.metaData, given.meta_data),
      modifiedMs: nowSecondMs(request),
    })
    request.fire('customer.updated', customer.id)
    return renderCustomer(request, saved)
  },
  remove: (request, at, isForced) => {
    const customer = loadCustomer(request, at, 404)
    if (!isForced)
      throw new RestError(501, 'woocommerce_rest_trash_not_supported', 'Customers do not support trashing.')
    request.state.customers.remove(customer.id)
    request.fire('customer.deleted', customer.id)
    return renderCustomer(request, customer)
  },
}

/** customer.created, and customer.updated at once. */
export function createCustomer(request: ShopRequest, given: Given): Customer {
  const email = toText(given.email)
  if (!/^\S+@\S+$/.test(email)) {
    throw new RestError(400, 'rest_missing_callback_param', 'Missing parameter(s): email', {
      params: ['email'],
    })
  }
  refuseTakenEmail(request, given, undefined)
  const id = request.state.nextId('users')
  const nowMs = nowSecondMs(request)
  const customer: Customer = {
    id,
    email,
    firstName: toText(given.first_name),
    lastName: toText(given.last_name),
    username: toText(given.username) || (email.split('@')[0] ?? `customer${id}`),
    billing: { ...emptyAddress, ...readAddress(given.billing) },
    shipping: { ...emptyAddress, ...readAddress(given.shipping) },
    isPaying: false,
    metaData: mergeMeta(request, [], given.meta_data),
    createdMs: nowMs,
    modifiedMs: nowMs,
  }
  request.state.customers.put(id, customer)
  request.fire('customer.created', id)
  request.fire('customer.updated', id)
  return customer
}

function refuseTakenEmail({ state }: ShopDeps, given: Given, ownId: number | undefined): void {
  const email = toText(given.email).toLowerCase()
  if (
    email !== '' &&
    state.customers.all().some((one) => one.id !== ownId && one.email.toLowerCase() === email)
  ) {
    const message = 'An account is already registered with your email address.'
    throw new RestError(400, 'registration-error-email-exists', message)
  }
}

function loadCustomer({ state }: ShopDeps, at: readonly number[], status: 400 | 404): Customer {
  const customer = state.customers.find(ownId(at))
  if (customer === undefined)
    throw new RestError(status, 'woocommerce_rest_invalid_id', 'Invalid resource ID.')
  return customer
}
