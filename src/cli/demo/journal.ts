import type { LoggedMessage } from '../../sandbox/graph/graph-state.ts'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import type { Role } from './cast.ts'
import type { UnsentMessage } from './hub-rows-store.ts'

/** A template that arrived at the played WhatsApp, by what its name says it is. */
export interface Told {
  id: string
  callbackId: string | null
  personId: string
  country: string
  template: string
  kind: string
  isAlert: boolean
  at: Date
  deliveredAt: Date | null
  readAt: Date | null
  failed: boolean
  couponCode: string | null
  /** When its link was tapped on. */
  taps: Date[]
}

export interface Said {
  personId: string
  at: Date
  isStop: boolean
  isStart: boolean
}

export interface Bought {
  personId: string
  at: Date
  itemsMinor: number
  couponCodes: readonly string[]
  isPaid: boolean
  isCancelled: boolean
  refundedMinor: number
  isAllRefunded: boolean
}

/** Held out, or taken back: the one thing that must be taken from the hub's word, since WhatsApp never saw it. */
export interface Unsent extends Omit<UnsentMessage, 'phone'> {
  personId: string
}

/** Half a year as the played WhatsApp and the played shop have written it down. */
export interface Journal {
  told: Told[]
  said: Said[]
  bought: Bought[]
  unsent: Unsent[]
}

const kindOfTemplate: Readonly<Record<string, readonly [kind: string, isAlert: boolean]>> = {
  back_in_stock: ['back_in_stock', false],
  back_in_stock_alert: ['back_in_stock', true],
  back_in_stock_several: ['back_in_stock', true],
  alerts_several: ['back_in_stock', true],
  price_alert: ['price_drop', true],
  price_drop: ['price_drop', false],
  price_drop_several: ['price_drop', false],
  loyalty_reward: ['loyalty_reward', false],
  new_arrivals: ['new_arrivals', false],
  new_arrivals_first: ['new_arrivals', false],
  we_miss_you: ['we_miss_you', false],
  we_miss_you_first: ['we_miss_you', false],
  browse_reminder: ['browse_reminder', false],
}

export function readJournal({ whatsapp, buyers, shop }: Sandbox, unsent: readonly UnsentMessage[]): Journal {
  const countries = new Map(whatsapp.people().map(({ id, bsuid }) => [id, bsuid.slice(0, 2)]))
  const idOfPhone = new Map(whatsapp.people().map(({ id, phone }) => [phone, id]))
  const messages = whatsapp.messages()
  const taps = new Map<string, Date[]>()
  for (const visit of buyers.visits().filter(({ isPerson }) => isPerson))
    taps.set(visit.messageId, [...(taps.get(visit.messageId) ?? []), visit.at])
  return {
    told: messages
      .filter(({ direction, type }) => direction === 'to_person' && type === 'template')
      .map((message) => ({
        ...toTold(message),
        country: countries.get(message.personId ?? '') ?? '',
        couponCode: buyers.couponCode(message.id) ?? null,
        taps: taps.get(message.id) ?? [],
      })),
    said: messages.filter(({ direction }) => direction === 'from_person').map(toSaid),
    bought: buyers.placed().map((placed) => toBought(placed, shop.order(placed.orderId))),
    unsent: unsent.map(({ phone, ...row }) => ({ ...row, personId: idOfPhone.get(phone ?? '') ?? '' })),
  }
}

function toTold(message: LoggedMessage): Omit<Told, 'country' | 'couponCode' | 'taps'> {
  const template = String(message.content.name).replace(/__[a-z0-9_]+$/, '')
  const [kind = template, isAlert = false] = kindOfTemplate[template] ?? []
  const timeOf = (wanted: string): Date | null => {
    const found = message.statuses.find(({ status }) => status === wanted)
    return found === undefined ? null : new Date(found.atMs)
  }
  const deliveredAt = timeOf('delivered') ?? timeOf('read')
  return {
    id: message.id,
    callbackId: message.callbackData,
    personId: message.personId ?? '',
    template,
    kind,
    isAlert,
    at: new Date(message.atMs),
    deliveredAt,
    readAt: timeOf('read'),
    failed: deliveredAt === null && timeOf('failed') !== null,
  }
}

function toSaid(message: LoggedMessage): Said {
  const isButton = message.type === 'button' && message.content.payload === 'HUB_OPT_OUT'
  return {
    personId: message.personId ?? '',
    at: new Date(message.atMs),
    isStop: isButton || /^stop!?$/i.test(message.shown),
    isStart: message.shown === 'START',
  }
}

type Order = ReturnType<Sandbox['shop']['order']>
type Placed = ReturnType<Sandbox['buyers']['placed']>[number]

function toBought(placed: Placed, order: Order): Bought {
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)
  const isPaidNow = order.completedMs !== null || order.paidMs !== null
  return {
    personId: placed.personId,
    at: new Date(order.createdMs),
    itemsMinor: sum(order.lines.map(({ totalMinor }) => totalMinor)),
    couponCodes: order.coupons.map(({ code }) => code),
    // Cash on delivery counts as paid from when it is being processed.
    isPaid: isPaidNow || ['processing', 'completed'].includes(placed.status),
    isCancelled: ['cancelled', 'failed', 'trash'].includes(order.status),
    refundedMinor: sum(order.refunds.map(({ amountMinor }) => amountMinor)),
    isAllRefunded: order.status === 'refunded',
  }
}

/** When somebody may be written to: from their START to their stop. */
export function consentSpans(journal: Journal, role: Pick<Role, 'id'>): { from: Date; until: Date }[] {
  const spans: { from: Date; until: Date }[] = []
  let from: Date | undefined
  for (const said of journal.said.filter(({ personId }) => personId === role.id)) {
    if (said.isStart) from ??= said.at
    if (!said.isStop || from === undefined) continue
    spans.push({ from, until: said.at })
    from = undefined
  }
  return from === undefined ? spans : [...spans, { from, until: new Date(8.64e15) }]
}
