import type { Clock } from '../../platform/clock.ts'
import { HubError } from '../../platform/errors.ts'
import type { HttpClient } from '../../platform/http-client.ts'
import type { GraphState, LoggedMessage, Person } from '../graph/graph-state.ts'
import type { PersonRef, WhatsAppControl } from '../graph/whatsapp-control.ts'
import { slugOf } from '../shop/render-product.ts'
import type { ProductRef, ShopControl } from '../shop/shop-control.ts'
import type { Address, Customer, Order, OrderStatus } from '../shop/shop-state.ts'
import { browse, phoneBrowser, previewFetcher } from './browse.ts'
import { couponCodeIn, linksIn } from './message-links.ts'
import { toOrderAttribution, type Session } from './order-attribution.ts'

/** Somebody's look at a link of a message. */
export interface Visit {
  personId: string
  messageId: string
  at: Date
  /** As it stood in the message. */
  link: string
  landing: string
  /** Null: nobody answered. */
  status: number | null
  isPerson: boolean
}

export interface Purchase {
  items: readonly { product: ProductRef; quantity?: number }[]
  couponCode?: string
  /** `customer`: signed in, with an account made now where there is none. Else a guest, who types their own phone and e-mail. */
  as?: 'guest' | 'customer'
  status?: OrderStatus
  /** What a guest types instead. */
  billing?: Partial<Address>
}

/** An order, and by whom. */
export interface Placed {
  personId: string
  orderId: number
  /** As it was placed, before anything was paid, sent back or cancelled later. */
  status: OrderStatus
}

/** People with a phone who tap on links and buy: in the chat and in the shop at once. */
export interface Buyers {
  /** The addresses in a message, and the code it carries. */
  links(messageId: string): string[]
  couponCode(messageId: string): string | undefined
  /** Taps on a link, of the last message that has one unless said otherwise, and follows it to the shop. */
  opens(ref: PersonRef, which?: { message?: string; link?: number }): Promise<Visit>
  /** WhatsApp fetches the page to show a preview of it: nobody has tapped. */
  previews(ref: PersonRef, which?: { message?: string }): Promise<Visit>
  /** In the storefront, with what its script remembers of how they came. Throws for what is sold out and for a coupon that is not good. */
  buys(ref: PersonRef, purchase: Purchase): Promise<Order>
  visits(): readonly Visit[]
  placed(): readonly Placed[]
}

export interface BuyersDeps {
  http: HttpClient
  clock: Clock
  state: GraphState
  whatsapp: WhatsAppControl
  shop: ShopControl
  storeUrl: () => string
}

/** By the next day a phone's browser has been closed. */
const browserStaysOpenMs = 24 * 60 * 60 * 1000

export function createBuyers(deps: BuyersDeps): Buyers {
  const visits: Visit[] = []
  const placed: Placed[] = []
  const sessions = new Map<string, Session>()
  const visit = async (
    ref: PersonRef,
    { message, link = 0 }: { message?: string; link?: number },
    isPerson: boolean,
  ): Promise<Visit> => {
    const person = deps.whatsapp.person(ref)
    const found = findLinked(deps, person, message)
    const address = linksIn(deps.state, found)[link]
    if (address === undefined)
      throw new HubError('sandbox_link_unknown', `The message has no link number ${link}.`)
    const at = deps.clock.now()
    const { url, status } = await browse(deps.http, address, isPerson ? phoneBrowser : previewFetcher)
    const made = {
      personId: person.id,
      messageId: found.id,
      at,
      link: address,
      landing: url,
      status,
      isPerson,
    }
    visits.push(made)
    if (isPerson && url.startsWith(deps.storeUrl())) remember(sessions, made)
    return made
  }
  return {
    links: (messageId) => linksIn(deps.state, loadMessage(deps, messageId)),
    couponCode: (messageId) => couponCodeIn(loadMessage(deps, messageId)),
    opens: (ref, which = {}) => visit(ref, which, true),
    previews: (ref, which = {}) => visit(ref, which, false),
    buys: async (ref, purchase) => {
      const person = deps.whatsapp.person(ref)
      const session = sessions.get(person.id)
      const isOpen = session !== undefined && isStillOpen(session, deps.clock.now())
      const order = await placeOrder(deps, person, purchase, isOpen ? session : undefined)
      placed.push({ personId: person.id, orderId: order.id, status: order.status })
      return order
    },
    visits: () => visits,
    placed: () => placed,
  }
}

/** The last visit with utm values counts; one without leaves what is remembered. */
function remember(sessions: Map<string, Session>, { personId, landing, at }: Visit): void {
  const known = sessions.get(personId)
  const goesOn = known !== undefined && isStillOpen(known, at)
  if (goesOn && !new URL(landing).searchParams.has('utm_source')) {
    sessions.set(personId, { ...known, pages: known.pages + 1 })
  } else {
    sessions.set(personId, { startedAt: at, entry: landing, pages: 1 })
  }
}

function isStillOpen(session: Session, now: Date): boolean {
  return now.getTime() - session.startedAt.getTime() < browserStaysOpenMs
}

function loadMessage({ state }: BuyersDeps, id: string): LoggedMessage {
  const message = state.messages.find(id)
  if (message === undefined)
    throw new HubError('sandbox_message_unknown', 'There is no message with this id in the sandbox.')
  return message
}

function findLinked(deps: BuyersDeps, person: Person, messageId: string | undefined): LoggedMessage {
  if (messageId !== undefined) return loadMessage(deps, messageId)
  const found = deps.whatsapp
    .inbox(person.id)
    .findLast((message) => message.direction === 'to_person' && linksIn(deps.state, message).length > 0)
  if (found === undefined)
    throw new HubError('sandbox_link_unknown', `${person.name} has no message with a link.`)
  return found
}

async function placeOrder(
  deps: BuyersDeps,
  person: Person,
  purchase: Purchase,
  session: Session | undefined,
): Promise<Order> {
  const items = purchase.items.map(({ product, quantity = 1 }) => ({ product, quantity }))
  for (const item of items) refuseSoldOut(deps.shop, item)
  const typed = { ...addressOf(person), ...purchase.billing }
  const customer = purchase.as === 'customer' ? await accountOf(deps.shop, typed) : undefined
  return deps.shop.checkout({
    items,
    ...(customer === undefined ? { billing: typed } : { customerId: customer.id }),
    ...(purchase.status === undefined ? {} : { status: purchase.status }),
    ...(purchase.couponCode === undefined ? {} : { couponCodes: [purchase.couponCode] }),
    meta: toOrderAttribution(session),
  })
}

/** The storefront sells nothing it does not have; the REST interface would. */
function refuseSoldOut(
  shop: ShopControl,
  { product, quantity }: { product: ProductRef; quantity: number },
): void {
  const found = shop.product(product)
  const hasTooFew = found.manageStock && found.backorders === 'no' && (found.stockQuantity ?? 0) < quantity
  if (found.status !== 'publish' || found.stockStatus === 'outofstock' || hasTooFew)
    throw new HubError('sandbox_sold_out', `The shop does not have ${quantity} of ${found.sku}.`)
}

function addressOf(person: Person): Partial<Address> & { email: string } {
  const [first = '', ...rest] = person.name.split(' ')
  return {
    first_name: first,
    last_name: rest.join(' '),
    phone: person.phone,
    email: `${slugOf(person.name)}.${person.id}@example.com`,
    country: person.bsuid.slice(0, 2),
  }
}

async function accountOf(shop: ShopControl, typed: Partial<Address>): Promise<Customer> {
  const digits = (phone: string): string => phone.replace(/\D/g, '')
  const wanted = digits(typed.phone ?? '')
  const known = shop.customers().find(({ billing }) => digits(billing.phone) === wanted)
  return (
    known ??
    shop.addCustomer({
      email: typed.email,
      first_name: typed.first_name,
      last_name: typed.last_name,
      billing: typed,
    })
  )
}
