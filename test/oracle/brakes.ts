import {
  dayMs,
  hourMs,
  minuteMs,
  type Cycle,
  type Moment,
  type PriceEvent,
  type Run,
  type World,
} from './world.ts'

/** What looks like a mistake waits for the merchant's yes: learned of late, many items at once, a price that fell very far or to nothing. */
export function isSuspicious(world: World, run: Run, now: Moment): boolean {
  const { brakes } = world.shop.settings
  const cycle = world.cycles.find((one) => one.id === run.cycleId)
  if (cycle !== undefined) {
    const others = lately(world.cycles, now).filter((one) => one.closedAt === null)
    return cycle.seenAt - cycle.openedAt > brakes.lateHours * hourMs || areMany(world, cycle, others)
  }
  const event = world.priceEvents.find((one) => one.id === run.priceEventId)!
  const fall = event.fromMinor! - event.toMinor!
  return (
    event.seenAt - event.at > brakes.lateHours * hourMs ||
    event.toMinor === 0 ||
    fall * 10_000 > event.fromMinor! * brakes.fallBps ||
    areMany(world, event, lastFalls(world, now))
  )
}

/** What was learned more than three days ago is part of no change of today. */
function lately<T extends { seenAt: Moment }>(events: readonly T[], now: Moment): T[] {
  return events.filter((event) => event.seenAt > now - 3 * dayMs)
}

/** Of each product the last change of its price, where that was a fall. */
function lastFalls(world: World, now: Moment): PriceEvent[] {
  return lately(world.priceEvents, now).filter(
    (event) =>
      event.toMinor! < event.fromMinor! &&
      !world.priceEvents.some((other) => other.productId === event.productId && other.seenAt > event.seenAt),
  )
}

/** More than 5 % of the published items, and at least so many, within 10 minutes before or after. */
function areMany(world: World, one: Cycle | PriceEvent, events: readonly (Cycle | PriceEvent)[]): boolean {
  const { bulkMinutes, bulkShareBps, bulkMinItems } = world.shop.settings.brakes
  if (!events.includes(one)) return false
  const published = world.products.filter((product) => product.kind !== 'variable').length
  const near = (from: number, to: number): number =>
    events.filter((other) => other.seenAt >= from && other.seenAt <= to).length
  const windowMs = bulkMinutes * minuteMs
  const count = Math.max(near(one.seenAt - windowMs, one.seenAt), near(one.seenAt, one.seenAt + windowMs))
  return count >= bulkMinItems && count * 10_000 > bulkShareBps * published
}
