import { HubError } from '../../platform/errors.ts'
import { asFields, asList, asText, type Fields } from '../read-values.ts'
import { noFaults, type WhatsAppFaults } from './faults.ts'
import type { LoggedMessage, Person, Update } from './graph-state.ts'
import { enqueueMessages, receiveMessage, type InboundDeps } from './inbound.ts'
import { createMetaControl, loadTemplate, type MetaControl } from './meta-control.ts'
import { changeNumber, newUserId, setMarketingPreference } from './person-changes.ts'
import { recordStatuses } from './record-statuses.ts'
import type { SendDeps } from './send-deps.ts'
import { quickRepliesOf } from './templates.ts'

export interface NewPerson {
  name: string
  /** E.164 with +. */
  phone: string
  /** ISO 3166-1 alpha-2; the user id begins with it. */
  country: string
  /** Left out: the phone's digits. */
  waId?: string
  bsuid?: string
  language?: string
  username?: string
  readsAtOnce?: boolean
  onWhatsApp?: boolean
}

/** A person's id ("p17"), phone, wa_id or BSUID. */
export type PersonRef = string

/** What people with a phone in their hand do, and what Meta does behind its API. Every act sends the webhooks that follow from it. */
export interface WhatsAppControl extends MetaControl {
  people(): Person[]
  person(ref: PersonRef): Person
  addPerson(person: NewPerson): Person
  changePerson(ref: PersonRef, change: Partial<Omit<Person, 'id'>>): Person
  /** The wamid of what was written, here and below. */
  writes(ref: PersonRef, text: string, answering?: string): string
  /** Taps a button or a row of a message that was sent: by its id or payload, or its label. */
  taps(ref: PersonRef, messageId: string, button: string): string
  asksAbout(ref: PersonRef, retailerId: string, text?: string): string
  orders(ref: PersonRef, items: OrderedItem[], text?: string): string
  /** Any other kind of message, as it stands under its type. */
  sends(ref: PersonRef, type: string, content: Fields): string
  changesNumber(ref: PersonRef, phone: string, waId?: string): Person
  prefersMarketing(ref: PersonRef, value: 'stop' | 'resume'): Person
  /** Reads one message, or everything that was delivered. */
  reads(ref: PersonRef, messageId?: string): void
  /** Of one person, oldest first. */
  inbox(ref: PersonRef): LoggedMessage[]
  messages(): LoggedMessage[]
  /** An error that belongs to no message (field `errors`). */
  reportsError(code: number, title: string): void
  faults(): Readonly<WhatsAppFaults>
  setFaults(change: Partial<WhatsAppFaults>): void
  clearFaults(): void
  /** Lets go what was held, and tries again what was given up. */
  release(): void
  retryNow(): void
  waitingWebhooks(): Update[]
}

export interface OrderedItem {
  retailerId: string
  quantity: number
  price?: number
  currency?: string
}

export function createWhatsAppControl(deps: SendDeps): WhatsAppControl {
  const person = (ref: PersonRef): Person => loadPerson(deps, ref)
  const receives = (ref: PersonRef, message: Parameters<typeof receiveMessage>[2]): string =>
    receiveMessage(deps, person(ref), message)
  const inbox = (ref: PersonRef): LoggedMessage[] => {
    const { id } = person(ref)
    return deps.state.messages.all().filter(({ personId }) => personId === id)
  }
  return {
    ...createMetaControl(deps),
    people: () => deps.state.people.all(),
    person,
    addPerson: (given) => addPerson(deps, given),
    changePerson: (ref, change) => deps.state.people.put(person(ref).id, { ...person(ref), ...change }),
    writes: (ref, text, answering) =>
      receives(ref, {
        type: 'text',
        content: { body: text },
        shown: text,
        ...(answering ? { context: { id: answering } } : {}),
      }),
    taps: (ref, messageId, button) => receives(ref, tapOf(deps, messageId, button)),
    asksAbout: (ref, retailerId, text = 'Is this available?') =>
      receives(ref, {
        type: 'text',
        content: { body: text },
        shown: text,
        context: {
          id: `wamid.${deps.random.token(18)}`,
          referred_product: { catalog_id: deps.account.catalogId, product_retailer_id: retailerId },
        },
      }),
    orders: (ref, items, text = '') => receives(ref, orderOf(deps, items, text)),
    sends: (ref, type, content) =>
      receives(ref, { type, content, shown: asText(content.caption) ?? `[${type}]` }),
    changesNumber: (ref, phone, waId) =>
      changeNumber(deps, person(ref), { phone, waId: waId ?? phone.replace(/\D/g, '') }),
    prefersMarketing: (ref, value) => setMarketingPreference(deps, person(ref), value),
    reads: (ref, messageId) =>
      markAsRead(
        deps,
        inbox(ref).filter(({ id }) => messageId === undefined || id === messageId),
      ),
    inbox,
    messages: () => deps.state.messages.all(),
    reportsError: (code, title) => enqueueMessages(deps, { errors: [{ code, title, message: title }] }),
    faults: () => deps.faults,
    setFaults: (change) => {
      Object.assign(deps.faults, change)
      if (change.hold === false) deps.webhooks.release()
    },
    clearFaults: () => {
      Object.assign(deps.faults, noFaults)
      deps.webhooks.release()
    },
    release: () => deps.webhooks.release(),
    retryNow: () => deps.webhooks.retryNow(),
    waitingWebhooks: () => deps.webhooks.waiting(),
  }
}

function addPerson(deps: InboundDeps, given: NewPerson): Person {
  const id = `p${deps.state.nextId('people')}`
  return deps.state.people.put(id, {
    id,
    name: given.name,
    phone: given.phone,
    waId: given.waId ?? given.phone.replace(/\D/g, ''),
    bsuid: given.bsuid ?? newUserId(deps, given.country),
    username: given.username ?? null,
    language: given.language ?? 'en',
    readsAtOnce: given.readsAtOnce ?? true,
    onWhatsApp: given.onWhatsApp ?? true,
    stoppedMarketing: false,
    marketingCapped: false,
    blockedUs: false,
    lastWroteMs: null,
  })
}

function loadPerson({ state }: InboundDeps, ref: PersonRef): Person {
  const digits = ref.replace(/^\+/, '')
  const found = state.people.find(ref) ?? state.people.findByNumber(digits) ?? state.people.findByUserId(ref)
  if (found === undefined) {
    throw new HubError('sandbox_person_unknown', 'Nobody in the sandbox has this id, phone or user id.')
  }
  return found
}

function markAsRead(deps: InboundDeps, messages: readonly LoggedMessage[]): void {
  const atMs = deps.clock.now().getTime()
  for (const { id, direction, statuses } of messages) {
    const hasArrived = statuses.some(({ status }) => status === 'delivered')
    if (direction === 'to_person' && hasArrived) recordStatuses(deps, id, [{ status: 'read', atMs }])
  }
}

function orderOf(
  deps: InboundDeps,
  items: readonly OrderedItem[],
  text: string,
): Parameters<typeof receiveMessage>[2] {
  return {
    type: 'order',
    shown: text === '' ? '[order]' : text,
    content: {
      catalog_id: deps.account.catalogId,
      text,
      product_items: items.map(({ retailerId, quantity, price, currency }) => ({
        product_retailer_id: retailerId,
        quantity,
        item_price: price ?? 0,
        currency: currency ?? 'EUR',
      })),
    },
  }
}

/** A quick reply of a template answers with its payload, a reply button and a row of a list with their ids. */
function tapOf(deps: InboundDeps, messageId: string, wanted: string): Parameters<typeof receiveMessage>[2] {
  const message = deps.state.messages.find(messageId)
  const context = { id: messageId }
  if (message?.type === 'template') {
    const { name, language } = message.content
    const template = loadTemplate(deps, asText(name) ?? '', asText(asFields(language)?.code) ?? '')
    const replies = quickRepliesOf(template, message.content)
    const reply = replies.find(({ payload, text }) => payload === wanted || text === wanted)
    if (reply !== undefined) return { type: 'button', content: { ...reply }, shown: reply.text, context }
  }
  const action = asFields(message?.content.action)
  for (const button of asList(action?.buttons)) {
    const reply = asFields(asFields(button)?.reply)
    if (reply !== undefined && (reply.id === wanted || reply.title === wanted)) {
      const content = { type: 'button_reply', button_reply: { id: reply.id, title: reply.title } }
      return { type: 'interactive', content, shown: asText(reply.title) ?? '', context }
    }
  }
  for (const row of asList(action?.sections).flatMap((section) => asList(asFields(section)?.rows))) {
    const fields = asFields(row)
    if (fields !== undefined && (fields.id === wanted || fields.title === wanted)) {
      return {
        type: 'interactive',
        content: { type: 'list_reply', list_reply: fields },
        shown: asText(fields.title) ?? '',
        context,
      }
    }
  }
  throw new HubError('sandbox_button_unknown', `The message has no button or row "${wanted}".`)
}
