import { priceDropSettingsSchema, type PriceDropSettings } from '../../src/campaigns/price-drop/settings.ts'
import {
  addCandidacy,
  askedValueOf,
  candidaciesOf,
  findSharedReason,
  hasBoughtSince,
  messageOf,
  valueOf,
} from './candidacies.ts'
import { rootIdOf } from './people.ts'
import {
  dayMs,
  hourMs,
  type Campaign,
  type Moment,
  type PriceEvent,
  type Product,
  type Run,
  type World,
} from './world.ts'

interface About {
  campaign: Campaign
  run: Run
  event: PriceEvent
  now: Moment
}

/** A fall worth a run: a drop by the shop's threshold, or somebody asked to be told at this price. */
export function deservesRun(world: World, campaign: Campaign, event: PriceEvent, now: Moment): boolean {
  const { fromMinor, toMinor } = event
  if (fromMinor === null || toMinor === null || toMinor >= fromMinor) return false
  const settings = priceDropSettingsSchema.parse(campaign.settings)
  if (!settings.honestReference || isDrop({ reference: fromMinor, price: toMinor }, settings)) return true
  return openPriceAlerts(world, event.productId, now).some((alert) => alert.thresholdMinor! >= toMinor)
}

/** Strictly more than the threshold below the reference, and at least the smallest amount. */
function isDrop(
  { reference, price }: { reference: number; price: number },
  settings: PriceDropSettings,
): boolean {
  const fall = reference - price
  return fall * 10_000 > reference * settings.thresholdBps && fall >= settings.minAmountMinor
}

export function considerPriceDrop(world: World, about: About): void {
  const item = world.products.find((product) => product.id === about.event.productId)!
  const asked = considerAsked(world, about, item)
  considerViewed(world, about, item, asked)
}

/** Who asked to be told below a price at or above the one charged now. */
function considerAsked(world: World, about: About, item: Product): Set<number> {
  const rootsThatAsked = new Set<number>()
  const settings = priceDropSettingsSchema.parse(about.campaign.settings)
  const alerts = openPriceAlerts(world, item.id, about.now)
    .filter((alert) => item.priceMinor !== null && alert.thresholdMinor! >= item.priceMinor)
    .sort((one, other) => one.askedAt - other.askedAt)
  for (const alert of alerts) {
    const rootId = rootIdOf(world, alert.personId)
    if (rootsThatAsked.has(rootId)) continue
    rootsThatAsked.add(rootId)
    const bought = hasBoughtSince(world, {
      rootId,
      productId: item.id,
      itemKey: item.itemKey,
      since: alert.askedAt,
    })
    const reason =
      findSharedReason(world, { campaign: about.campaign, rootId, isAsked: true }) ??
      (item.isSellable ? null : 'not_sellable') ??
      (bought ? 'bought_since' : null) ??
      (wasToldThisPrice(world, rootId, item) ? 'already_told' : null)
    add(world, about, item, {
      rootId,
      reason,
      interestAt: alert.askedAt,
      alertId: alert.id,
      referenceMinor: findReference(world, about.event, {
        lastPrice: null,
        isHonest: settings.honestReference,
      }),
    })
  }
  return rootsThatAsked
}

/** Who looked at it in the last 30 days. */
function considerViewed(world: World, about: About, item: Product, asked: ReadonlySet<number>): void {
  const settings = priceDropSettingsSchema.parse(about.campaign.settings)
  for (const rootId of new Set(world.people.map((record) => record.rootId))) {
    const views = world.views
      .filter(
        (view) => rootIdOf(world, view.personId) === rootId && isTranslation(world, view.productId, item),
      )
      .sort((one, other) => other.at - one.at)
    const last = views[0]
    if (asked.has(rootId) || last === undefined || last.at <= about.now - settings.interestDays * dayMs)
      continue
    // As the roll-up of the record and the translation looked at last knows it.
    const lastPrice =
      views.find(
        (view) =>
          view.priceMinor !== null && view.personId === last.personId && view.productId === last.productId,
      )?.priceMinor ?? null
    const reference = findReference(world, about.event, { lastPrice, isHonest: settings.honestReference })
    const price = item.priceMinor
    const bought = hasBoughtSince(world, {
      rootId,
      productId: item.id,
      itemKey: item.itemKey,
      since: last.at,
    })
    const reason =
      findSharedReason(world, { campaign: about.campaign, rootId, isAsked: false }) ??
      (item.isSellable ? null : 'not_sellable') ??
      (reference !== null && price !== null && isDrop({ reference, price }, settings)
        ? null
        : 'drop_too_small') ??
      (item.saleTo !== null && item.saleTo < about.now + settings.saleEndsHours * hourMs
        ? 'sale_ending'
        : null) ??
      (bought ? 'bought_since' : null) ??
      (wasToldThisPrice(world, rootId, item) ? 'already_told' : null)
    add(world, about, item, {
      rootId,
      reason,
      interestAt: last.at,
      alertId: null,
      referenceMinor: reference,
    })
  }
}

interface Row {
  rootId: number
  reason: string | null
  interestAt: Moment
  alertId: number | null
  referenceMinor: number | null
}

function add(world: World, { campaign, run, event, now }: About, item: Product, row: Row): void {
  const { rootId, ...rest } = row
  const { referenceMinor } = row
  const dropBps =
    referenceMinor === null || item.priceMinor === null
      ? null
      : Math.trunc(((referenceMinor - item.priceMinor) * 10_000) / referenceMinor)
  addCandidacy(world, {
    ...rest,
    campaignId: campaign.id,
    kind: 'price_drop',
    personId: rootId,
    productId: item.id,
    itemKey: item.itemKey,
    occasion: `price:${event.id}`,
    runId: run.id,
    priceEventId: event.id,
    trigger: row.alertId === null ? 'viewed' : 'asked',
    value: row.alertId === null ? valueOf.price_drop : askedValueOf.price_drop!,
    // A bigger drop goes first, then the product the shop has had longer.
    rank: -(dropBps ?? 0) * 1_000_000_000 + item.id,
    dropBps,
    priceMinor: item.priceMinor,
    expiresAt: run.expiresAt,
    consideredAt: now,
  })
}

/** Open alerts "tell me below X" on a product or a translation of it. */
function openPriceAlerts(world: World, productId: number, now: Moment): World['alerts'] {
  const item = world.products.find((product) => product.id === productId)!
  return world.alerts.filter(
    (alert) =>
      alert.kind === 'price_below' &&
      alert.endedAt === null &&
      alert.expiresAt > now &&
      alert.askedAt <= now &&
      isTranslation(world, alert.productId, item),
  )
}

function isTranslation(world: World, productId: number, item: Product): boolean {
  return world.products.find((product) => product.id === productId)!.itemKey === item.itemKey
}

/** The lower of the price this person last saw and the lowest of the 30 days before the reduction; the price last seen, if the shop wants it so. */
export function findReference(
  world: World,
  event: PriceEvent,
  about: { lastPrice: number | null; isHonest: boolean },
): number | null {
  if (!about.isHonest) return about.lastPrice ?? event.fromMinor
  const known = [about.lastPrice, findLowestBefore(world, event)].filter((price) => price !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** The lowest price charged in the 30 days before an event, as far as known. */
function findLowestBefore(world: World, event: PriceEvent): number | null {
  const window = world.priceEvents
    .filter(
      (other) =>
        other.productId === event.productId && other.at >= event.at - 30 * dayMs && other.at < event.at,
    )
    .sort((one, other) => one.at - other.at)
  // What was charged when the window began is what the first change in it came from.
  const prices = [event.fromMinor, window[0]?.fromMinor ?? null, ...window.map((other) => other.toMinor)]
  const known = prices.filter((price) => price !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** Again only below the last price announced: an earlier row at this price or less that counts, or may still go. */
function wasToldThisPrice(world: World, rootId: number, item: Product): boolean {
  return candidaciesOf(world, rootId).some((candidacy) => {
    if (candidacy.kind !== 'price_drop' || candidacy.itemKey !== item.itemKey) return false
    if (candidacy.priceMinor === null || item.priceMinor === null) return false
    const counts = (messageOf(world, candidacy)?.countedAt ?? null) !== null
    const mayStillGo = candidacy.state === 'waiting' || candidacy.state === 'reserved'
    return candidacy.priceMinor <= item.priceMinor && (counts || mayStillGo)
  })
}
