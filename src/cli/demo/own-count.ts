import { messagePricesSchema } from '../../shops/message-prices.ts'
import type { Journal, Told, Unsent } from './journal.ts'

/** A campaign's figures, counted from the journal alone: plainly and slowly, one message after the other. */
export interface OwnCount {
  messages: number
  delivered: number
  read: number
  clicked: number
  replied: number
  optedOut: number
  orders: number
  converted: number
  grossMinor: number
  refundsMinor: number
  costMicros: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const prices = messagePricesSchema.parse({})

export function countCampaign(journal: Journal, kind: string): OwnCount {
  const told = journal.told.filter((message) => message.kind === kind)
  const arrived = told.filter(({ deliveredAt }) => deliveredAt !== null)
  const credited = journal.bought
    .filter(({ isPaid }) => isPaid)
    .map((order) => ({ order, message: creditOf(journal, order) }))
    .filter(({ message }) => message?.kind === kind)
  const standing = credited.filter(({ order }) => !order.isCancelled && !order.isAllRefunded)
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)
  return {
    messages: told.length,
    delivered: arrived.length,
    read: told.filter(({ readAt }) => readAt !== null).length,
    clicked: told.filter(({ taps }) => taps.length > 0).length,
    replied: arrived.filter((message) => saidAfter(journal, message).length > 0).length,
    optedOut: arrived.filter((message) => saidAfter(journal, message).some(({ isStop }) => isStop)).length,
    orders: standing.length,
    converted: new Set(standing.map(({ message }) => message?.id)).size,
    // A cancelled order was never worth anything; one that was sent back was, until then.
    grossMinor: sum(credited.map(({ order }) => (order.isCancelled ? 0 : order.itemsMinor))),
    refundsMinor: sum(
      credited.map(({ order }) => (order.isAllRefunded ? order.itemsMinor : order.refundedMinor)),
    ),
    costMicros: sum(arrived.map(({ country }) => prices.microsByCountry[country] ?? prices.otherMicros)),
  }
}

/** What the person wrote within three days of a message, and before the next one that counts. */
function saidAfter(journal: Journal, message: Told): Journal['said'] {
  const { personId, deliveredAt, at } = message
  if (deliveredAt === null) return []
  const next = [...journal.told, ...journal.unsent.filter(isCounted)]
    .filter((other) => other.personId === personId && other.at > at)
    .map((other) => other.at.getTime())
  const untilMs = Math.min(deliveredAt.getTime() + 72 * hourMs, ...next)
  return journal.said.filter(
    (said) => said.personId === personId && said.at >= deliveredAt && said.at.getTime() < untilMs,
  )
}

/** The control group's places count although nothing was sent. */
export function isCounted({ state }: Unsent): boolean {
  return state === 'held_out'
}

/** Its own coupon; else the last link that the buyer tapped on in the seven days before. */
function creditOf({ told }: Journal, order: Journal['bought'][number]): Told | undefined {
  const before = told.filter(({ at }) => at <= order.at)
  const byCoupon = before.findLast(
    ({ couponCode }) => couponCode !== null && order.couponCodes.includes(couponCode.toLowerCase()),
  )
  if (byCoupon !== undefined) return byCoupon
  const tapped = before
    .filter(({ personId }) => personId === order.personId)
    .flatMap((message) => message.taps.map((at) => ({ message, at })))
    .filter(({ at }) => at <= order.at && order.at.getTime() - at.getTime() < 7 * dayMs)
    .sort((one, other) => one.at.getTime() - other.at.getTime())
  return tapped.at(-1)?.message
}

export interface Arm {
  people: number
  ordered: number
}

/** Who was meant to get a campaign's message and who was held out, and how many of each ordered within the week after. */
export function countArms(journal: Journal, kind: string): { treated: Arm; control: Arm } {
  const first = new Map<string, { at: Date; isHeldOut: boolean }>()
  const meant = [
    ...journal.told
      .filter((message) => message.kind === kind && !message.isAlert)
      .map(({ personId, at }) => ({ personId, at, isHeldOut: false })),
    ...journal.unsent
      .filter((message) => message.kind === kind && message.purpose === 'campaign')
      .map(({ personId, at, state }) => ({ personId, at, isHeldOut: state === 'held_out' })),
  ].sort((one, other) => one.at.getTime() - other.at.getTime())
  for (const one of meant) if (!first.has(one.personId)) first.set(one.personId, one)
  const armOf = (isHeldOut: boolean): Arm => {
    const people = [...first].filter(([, one]) => one.isHeldOut === isHeldOut)
    const ordered = people.filter(([personId, { at }]) =>
      journal.bought.some(
        (order) =>
          order.personId === personId &&
          order.isPaid &&
          !order.isCancelled &&
          order.at.getTime() > at.getTime() - 1_000 &&
          order.at.getTime() < at.getTime() + 7 * dayMs,
      ),
    )
    return { people: people.length, ordered: ordered.length }
  }
  return { treated: armOf(false), control: armOf(true) }
}
