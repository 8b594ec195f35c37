import type { Logger } from 'pino'
import { createNumberStop } from './app-number-stops.ts'
import { createOrderPersonFinder, identitiesOfCustomer } from './app-person-of-order.ts'
import { createAccountHandlers } from './app-account.ts'
import { returnSpendOfUnsent } from './app-guards.ts'
import { watchOptOut, watchOutcomes } from './campaigns/circuit-breaker.ts'
import { suppressCandidaciesOf } from './campaigns/log-store.ts'
import { createFollowMessages } from './campaigns/follow-messages.ts'
import { markCouponsUsed } from './campaigns/loyalty-reward/coupon-store.ts'
import type { ApplyDeps } from './catalog/apply-product-version.ts'
import { createProductHandler } from './catalog/handle-product-event.ts'
import { createInboundHandler } from './chatbot/handle-inbound-message.ts'
import type { FieldUpdate, StatusUpdate, ValueErrorUpdate } from './connectors/meta/webhook-types.ts'
import { parseDelivery } from './connectors/woocommerce/parse-delivery.ts'
import { parseCustomer, type WooCustomer } from './connectors/woocommerce/woo-order.ts'
import { readMetaUpdate, readWooEvent } from './intake/event-payload.ts'
import {
  done,
  ignored,
  type HandleEvent,
  type HandleEvents,
  type InboxHandlers,
  type Outcome,
} from './intake/inbox-event.ts'
import { noteOrdersAfterMessages } from './orders/attribution-todo-store.ts'
import { createOrderHandler } from './orders/handle-order-event.ts'
import { findStockCause, type OrderDeps } from './orders/apply-order-version.ts'
import type { SettleDeps } from './outbox/apply-news.ts'
import { followNumberErrors } from './outbox/follow-number-errors.ts'
import type { LinkTokens } from './outbox/link-token.ts'
import type { MessageChange, OnMessagesChanged, Purpose } from './outbox/message.ts'
import { settleStatuses, type DeliveryStatus } from './outbox/settle-statuses.ts'
import { holdTemplates, releaseTemplates } from './outbox/stop-template.ts'
import { suppressWaiting } from './outbox/suppress-waiting.ts'
import { applyTemplateUpdate, templateFields } from './outbox/template-updates.ts'
import { answerAlerts, reopenAlerts } from './people/alerts.ts'
import { setMetaStop, type ConsentDeps } from './people/consent.ts'
import { forgetSeenPrices } from './people/forget-seen-prices.ts'
import { createPreferenceHandler, createUserIdHandler } from './people/handle-person-updates.ts'
import { resolvePerson } from './people/resolve-person.ts'
import type { Tx } from './platform/database.ts'
import type { Random } from './platform/random.ts'
import { findNumberByMetaId } from './shops/number-store.ts'
import { loadShop, loadShopSettings } from './shops/shop-store.ts'

export interface HandlerDeps {
  countOrder?: (matchedBy: string | null) => void
  countUnknownCode?: (code: number) => void
  random: Random
  links: LinkTokens
  wake: (lane: string) => void
  log: Logger
}

/** Who handles which event, and what one room asks of a room above it. */
export interface Handlers {
  inbox: InboxHandlers
  onMessagesChanged: OnMessagesChanged
  settle: SettleDeps
  consent: ConsentDeps
  catalog: ApplyDeps
  importCustomer: (tx: Tx, shopId: number, customer: WooCustomer, now: Date) => Promise<void>
  orders: OrderDeps
}

export function createHandlers(deps: HandlerDeps): Handlers {
  const followMessages = createFollowMessages({ answerAlerts, reopenAlerts })
  const onMessagesChanged: OnMessagesChanged = async (tx, changes, now) => {
    await followMessages(tx, changes, now)
    await noteOrdersAfterMessages(tx, messagesSeen(changes), now)
    await returnSpendOfUnsent(tx, changes)
  }
  const consent = createConsentDeps(onMessagesChanged)
  const settle = createSettleDeps(deps, onMessagesChanged, consent)
  const catalog: ApplyDeps = {
    log: deps.log,
    wake: deps.wake,
    findStockCause,
    forgetSeenPrices,
    backorderIsInStock: async (tx, shopId) => (await loadShopSettings(tx, shopId)).stock.backorderIsInStock,
  }
  const importCustomer = createCustomerImport(deps)
  const orders: OrderDeps = {
    ...(deps.countOrder === undefined ? {} : { onNewOrder: deps.countOrder }),
    findPerson: createOrderPersonFinder(deps),
    onOrderCoupons: (tx, { shopId, codes, now }) => markCouponsUsed(tx, shopId, codes, now),
  }
  const people = {
    ...deps,
    ...consent,
    countryOfShop: async (tx: Tx, shopId: number) => (await loadShop(tx, shopId)).country,
  }
  const template = createTemplateHandler(deps)
  return {
    onMessagesChanged,
    settle,
    consent,
    catalog,
    importCustomer,
    orders,
    inbox: {
      one: {
        message: createInboundHandler({ ...deps, ...consent }),
        user_preference: createPreferenceHandler(people),
        user_id_update: createUserIdHandler(people),
        product: createProductHandler({ ...catalog, loadShop }),
        order: createOrderHandler(orders),
        customer: createCustomerHandler(importCustomer),
        ...createAccountHandlers(deps.wake),
        value_error: handleNumberErrors,
        ...Object.fromEntries(templateFields.map((field) => [`field:${field}`, template])),
      },
      many: { status: createStatusHandler(settle) },
    },
  }
}

/** Whether and when a campaign's message came is what an order's credit may hang on. */
function messagesSeen(changes: readonly MessageChange[]): number[] {
  return changes
    .filter(
      ({ purpose, state }) => marketing.includes(purpose) && (state === 'delivered' || state === 'read'),
    )
    .map((change) => change.messageId)
}

const marketing: Purpose[] = ['campaign', 'alert']

// A pause or Meta's stop leaves what was asked for in place: the check before sending knows when that may still go.
function createConsentDeps(onChanged: OnMessagesChanged): ConsentDeps {
  return {
    onOptOut: async (tx, end) => {
      const isFull = end.reason === 'opted_out'
      await suppressCandidaciesOf(tx, end.personId, {
        ...end,
        triggers: isFull ? ['asked', 'viewed', 'daily'] : ['viewed', 'daily'],
      })
      await suppressWaiting(tx, { onChanged }, { ...end, purposes: isFull ? marketing : ['campaign'] })
      // A sentence that may mean it is not one yet.
      if (end.reason !== 'paused') await watchOptOut(tx, end)
    },
  }
}

function createSettleDeps(deps: HandlerDeps, onChanged: OnMessagesChanged, consent: ConsentDeps): SettleDeps {
  return {
    onChanged,
    onMetaStop: async (tx, stop) => {
      await setMetaStop(tx, consent, { ...stop, stop: true, how: 'error_131050' })
    },
    onNumberStop: createNumberStop(deps.log),
    onOutcomes: watchOutcomes,
    onTemplateHeld: holdTemplates,
    onTemplateReleased: (tx, messageIds, now) => releaseTemplates(tx, deps, messageIds, now),
    onUnknownCode: (report) => {
      deps.countUnknownCode?.(report.code)
      deps.log.warn(report, 'WhatsApp refused a message with an error code that this version does not know')
    },
  }
}

function createCustomerImport(deps: HandlerDeps): Handlers['importCustomer'] {
  return async (tx, shopId, customer, now) => {
    const shop = await loadShop(tx, shopId)
    await resolvePerson(tx, deps, {
      shopId,
      shopCountry: customer.country ?? shop.country,
      identities: identitiesOfCustomer(customer.wcId, customer),
      source: 'woocommerce',
      firstName: customer.firstName,
      lastName: customer.lastName,
      now,
    })
  }
}

function createCustomerHandler(importCustomer: Handlers['importCustomer']): HandleEvent {
  return async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const { topic, body } = readWooEvent(event.payload)
    const delivery = parseDelivery(topic, body)
    if (delivery.kind === 'odd') return ignored(delivery.reason)
    if (delivery.kind === 'deleted') return ignored('customer_deleted')
    const parsed = parseCustomer(delivery.value)
    if (parsed.kind === 'odd') return ignored(parsed.reason)
    await importCustomer(tx, event.shopId, parsed.customer, event.receivedAt)
    return done
  }
}

function createTemplateHandler(deps: Pick<HandlerDeps, 'wake'>): HandleEvent {
  return async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const update = readMetaUpdate(event.payload) as FieldUpdate
    return (await applyTemplateUpdate(tx, deps, { shopId: event.shopId, update }, event.receivedAt))
      ? done
      : ignored('unknown_template')
  }
}

const handleNumberErrors: HandleEvent = async (tx, event) => {
  const { origin, errors } = readMetaUpdate(event.payload) as ValueErrorUpdate
  const number = await findNumberByMetaId(tx, origin.phoneNumberId ?? '')
  if (number === undefined) return ignored('unknown_number')
  const about = { shopId: number.shopId, phoneNumberId: number.id, errors }
  return (await followNumberErrors(tx, about, event.receivedAt)) > 0 ? done : ignored('nothing_to_do')
}

function createStatusHandler(settle: SettleDeps): HandleEvents {
  return async (tx, events) => {
    const statuses = events.map((event): DeliveryStatus => {
      const update = readMetaUpdate(event.payload) as StatusUpdate
      return { ...update, shopId: event.shopId ?? 0, wamid: update.id }
    })
    const now = events.reduce(
      (last, event) => (event.receivedAt > last ? event.receivedAt : last),
      new Date(0),
    )
    const outcomes = await settleStatuses(tx, settle, statuses, now)
    return new Map(
      events.map((event, at): [number, Outcome] => {
        const outcome = outcomes[at] ?? 'unknown_message'
        return [event.id, outcome === 'applied' ? done : ignored(outcome)]
      }),
    )
  }
}
