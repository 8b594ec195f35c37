/** Why a message gets the credit for an order. */
export type How = 'coupon' | 'click' | 'view'

export interface Credit {
  messageId: number
  how: How
}

interface Trace {
  messageId: number
  /** When it began to be sent. */
  startedAt: Date
}

/** What ties an order to messages of ours. */
export interface Traces {
  /** Messages that carried a coupon which the order used. */
  coupons: readonly Trace[]
  /** Clicks of the order's person, and those by whose link the order came; no robots. */
  clicks: readonly (Trace & { id: number; at: Date })[]
  /** Messages that reached the order's person. */
  views: readonly (Trace & { deliveredAt: Date | null; readAt: Date | null })[]
}

export interface CreditRules {
  clickDays: number
  viewThrough: boolean
  viewThroughDays: number
}

const dayMs = 86_400_000

/**
 * The one message that gets the credit for an order: the one whose coupon it used; else the one whose link was followed last within
 * `clickDays` before it was placed; else, where the shop wants it, the one that was delivered or read last within `viewThroughDays`. Nothing
 * before the order was paid for the first time, and no message that began after the order was placed.
 */
export function decideCredit(
  order: { placedAt: Date; paidAt: Date | null },
  traces: Traces,
  rules: CreditRules,
): Credit | undefined {
  if (order.paidAt === null) return undefined
  const { placedAt } = order
  const ofCoupon = latest(
    traces.coupons.filter((trace) => isBefore(trace.startedAt, placedAt)),
    (trace) => [trace.startedAt.getTime(), trace.messageId],
  )
  if (ofCoupon !== undefined) return { messageId: ofCoupon.messageId, how: 'coupon' }
  const clicked = latest(
    traces.clicks.filter(
      (click) => isBefore(click.startedAt, placedAt) && isWithin(click.at, placedAt, rules.clickDays),
    ),
    (click) => [click.at.getTime(), click.id],
  )
  if (clicked !== undefined) return { messageId: clicked.messageId, how: 'click' }
  const seen = rules.viewThrough ? lastSeen(traces.views, placedAt, rules.viewThroughDays) : undefined
  return seen === undefined ? undefined : { messageId: seen, how: 'view' }
}

function lastSeen(views: Traces['views'], placedAt: Date, days: number): number | undefined {
  const seen = views.flatMap(({ messageId, startedAt, deliveredAt, readAt }) =>
    [deliveredAt, readAt]
      .filter((at) => at !== null)
      .filter((at) => isBefore(startedAt, placedAt) && isWithin(at, placedAt, days))
      .map((at) => ({ messageId, at })),
  )
  return latest(seen, ({ at, messageId }) => [at.getTime(), messageId])?.messageId
}

/** Exactly `days` before is too long ago. */
function isWithin(at: Date, placedAt: Date, days: number): boolean {
  return isBefore(at, placedAt) && placedAt.getTime() - at.getTime() < days * dayMs
}

// The shop's times are whole seconds: what happened within the second in which the order was placed came before it.
function isBefore(at: Date, placedAt: Date): boolean {
  return Math.floor(at.getTime() / 1000) * 1000 <= placedAt.getTime()
}

function latest<Item>(items: readonly Item[], keyOf: (item: Item) => [number, number]): Item | undefined {
  return items.reduce<Item | undefined>((last, item) => {
    if (last === undefined) return item
    const [time, id] = keyOf(item)
    const [lastTime, lastId] = keyOf(last)
    return time > lastTime || (time === lastTime && id > lastId) ? item : last
  }, undefined)
}
