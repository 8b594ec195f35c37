import { DateTime } from 'luxon'
import { browseReminderSettingsSchema } from '../../src/campaigns/browse-reminder/settings.ts'
import { loyaltyRewardSettingsSchema } from '../../src/campaigns/loyalty-reward/settings.ts'
import { newArrivalsSettingsSchema } from '../../src/campaigns/new-arrivals/settings.ts'
import { interestByCategory, isInAudience, spentBy } from './audience.ts'
import {
  addCandidacy,
  addOrRenew,
  campaignOf,
  candidaciesOf,
  findSharedReason,
  hasBoughtSince,
  messageOf,
  valueOf,
} from './candidacies.ts'
import { inboundOf, latest, ordersOf, personRecord, recordIdsOf, rootIdOf, rootIds } from './people.ts'
import {
  dayMs,
  hourMs,
  type Campaign,
  type Candidacy,
  type Kind,
  type Moment,
  type Product,
  type World,
} from './world.ts'

/** Refusals that pass: what they held up may still come, if its reason still holds. */
const passing = [
  ...['cap_7d', 'cap_30d', 'outranked', 'window_closed', 'in_conversation'],
  ...['recent_order', 'shop_unavailable', 'ramp_up'],
]

const winBackKinds: readonly Kind[] = ['loyalty_reward', 'new_arrivals', 'we_miss_you']

/** At 09:00 each inactive person gets one kind, the first that applies; once a slot. */
export function runDaily(world: World, slot: Moment): void {
  if (world.dailyRuns.includes(slot)) return
  world.dailyRuns.push(slot)
  const now = slot
  const away = rootIds(world).filter((rootId) => isInactive(world, rootId, now))
  for (const rootId of away) {
    if (takeUp(world, rootId, 'back_in_stock', now)) continue
    if (takeUp(world, rootId, 'price_drop', now)) continue
    const kind = chooseWinBack(world, rootId, now)
    if (kind !== undefined) considerWinBack(world, { rootId, kind }, now)
  }
  remindBrowsers(world, now)
  for (const kind of [...winBackKinds, 'browse_reminder' as const]) rampUp(world, kind, now)
}

/** Last order, or first contact if there was none. */
function awaySince(world: World, rootId: number): Moment {
  const lastOrder = latest(ordersOf(world, rootId).map((order) => order.placedAt))
  const contacts = recordIdsOf(world, rootId).map((id) => personRecord(world, id).createdAt)
  return lastOrder ?? Math.min(...contacts)
}

/** At least 60 and at most 365 days away, and not a word in 14 days. */
export function isInactive(world: World, rootId: number, now: Moment): boolean {
  const { inactiveDays, inactiveUntilDays, quietDays } = world.shop.settings.winBack
  const since = awaySince(world, rootId)
  const wroteLately = inboundOf(world, rootId).some((message) => message.at > now - quietDays * dayMs)
  return since <= now - inactiveDays * dayMs && since >= now - inactiveUntilDays * dayMs && !wroteLately
}

/** Something viewed that is back, or cheaper: what waits is left to wait, what was held up by something that passes is tried again. */
function takeUp(world: World, rootId: number, kind: 'back_in_stock' | 'price_drop', now: Moment): boolean {
  if (campaignOf(world, kind)?.isOn !== true) return false
  const stillTrue = candidaciesOf(world, rootId)
    .filter((candidacy) => candidacy.kind === kind && candidacy.expiresAt > now)
    .filter((candidacy) => doesHold(world, candidacy))
  if (stillTrue.some((candidacy) => candidacy.state === 'waiting' || candidacy.state === 'reserved'))
    return true
  const heldUp = stillTrue.filter(
    (candidacy) =>
      candidacy.state === 'suppressed' &&
      candidacy.trigger !== 'asked' &&
      passing.includes(candidacy.reason ?? ''),
  )
  for (const candidacy of heldUp) {
    candidacy.state = 'waiting'
    candidacy.trigger = 'daily'
    candidacy.takenUpAt = now
    candidacy.retryAt = null
    wakeRun(world, candidacy, now)
  }
  return heldUp.length > 0
}

/** The run of an item that is back goes on for those taken up again. */
function wakeRun(world: World, candidacy: Candidacy, now: Moment): void {
  const run = world.runs.find((one) => one.id === candidacy.runId && one.cycleId !== null)
  if (run === undefined || run.state === 'new' || run.state === 'held') return
  run.state = 'running'
  run.nextWaveAt = Math.min(run.nextWaveAt, now)
}

function doesHold(world: World, candidacy: Candidacy): boolean {
  if (candidacy.cycleId === null && candidacy.priceEventId === null) return true
  if (candidacy.kind === 'back_in_stock')
    return world.cycles.some((cycle) => cycle.id === candidacy.cycleId && cycle.closedAt === null)
  const product = world.products.find((one) => one.id === candidacy.productId)!
  return product.isSellable && product.priceMinor !== null && product.priceMinor <= candidacy.priceMinor!
}

function chooseWinBack(world: World, rootId: number, now: Moment): Kind | undefined {
  const isFor = (kind: Kind): boolean => isInAudience(world, campaignOf(world, kind)!, rootId)
  const applies: [Kind, boolean][] = [
    ['loyalty_reward', deservesReward(world, rootId, now) && isFor('loyalty_reward')],
    ['new_arrivals', hasNewArrivals(world, rootId, now) && isFor('new_arrivals')],
    ['we_miss_you', true],
  ]
  return applies.find(([kind, does]) => does && campaignOf(world, kind)?.isOn === true)?.[0]
}

/** Spent at least X, net of refunds, over at least 3 paid orders, and no reward in 180 days. */
function deservesReward(world: World, rootId: number, now: Moment): boolean {
  const settings = loyaltyRewardSettingsSchema.parse(campaignOf(world, 'loyalty_reward')?.settings ?? {})
  const paid = ordersOf(world, rootId).filter((order) => order.paidAt !== null)
  const rewarded = candidaciesOf(world, rootId).some((candidacy) => {
    const countedAt = messageOf(world, candidacy)?.countedAt ?? null
    return (
      candidacy.kind === 'loyalty_reward' &&
      countedAt !== null &&
      countedAt > now - settings.everyDays * dayMs
    )
  })
  return (
    settings.minSpentMinor !== null &&
    spentBy(world, rootId) >= settings.minSpentMinor &&
    paid.length >= settings.minOrders &&
    !rewarded
  )
}

/** New products of the category this person bought or viewed most, not bought before. */
function hasNewArrivals(world: World, rootId: number, now: Moment): boolean {
  const settings = newArrivalsSettingsSchema.parse(campaignOf(world, 'new_arrivals')?.settings ?? {})
  const [preferred] = [...interestByCategory(world, rootId)].sort(
    ([category, times], [other, otherTimes]) => otherTimes - times || category - other,
  )
  if (preferred === undefined) return false
  const arrivals = world.products.filter(
    (product) =>
      isForSale(world, product) &&
      product.kind !== 'variation' &&
      product.firstPublishedAt !== null &&
      product.firstPublishedAt > now - settings.newDays * dayMs &&
      product.firstPublishedAt <= now &&
      product.categoryIds.includes(preferred[0]) &&
      !hasBoughtSince(world, { rootId, productId: product.id, itemKey: product.itemKey, since: 0 }),
  )
  return arrivals.length >= settings.minProducts
}

/** A product, or one of its variations, can be bought now. */
function isForSale(world: World, product: Product): boolean {
  return (
    product.isSellable || world.products.some((other) => other.parentId === product.id && other.isSellable)
  )
}

function considerWinBack(world: World, about: { rootId: number; kind: Kind }, now: Moment): void {
  const { rootId, kind } = about
  const campaign = campaignOf(world, kind)!
  const reason =
    findSharedReason(world, { campaign, rootId, isAsked: false }) ?? findSpacing(world, rootId, now)
  addOrRenew(world, {
    campaignId: campaign.id,
    kind,
    personId: rootId,
    itemKey: '',
    occasion: occasionOf(world, rootId),
    trigger: 'daily',
    value: valueOf[kind],
    // Longest away first.
    rank: awaySince(world, rootId),
    interestAt: awaySince(world, rootId),
    reason,
    expiresAt: now + waitDays(campaign) * dayMs,
    consideredAt: now,
    takenUpAt: now,
  })
}

function waitDays(campaign: Campaign): number {
  if (campaign.kind === 'loyalty_reward') return loyaltyRewardSettingsSchema.parse(campaign.settings).waitDays
  if (campaign.kind === 'new_arrivals') return newArrivalsSettingsSchema.parse(campaign.settings).waitDays
  return 1
}

/** Counted win-back messages, the oldest first. */
function winBacksOf(world: World, rootId: number): Moment[] {
  const messages = candidaciesOf(world, rootId)
    .filter((candidacy) => winBackKinds.includes(candidacy.kind))
    .map((candidacy) => messageOf(world, candidacy)?.countedAt ?? null)
  return messages.filter((at) => at !== null).sort((one, other) => one - other)
}

/** At least 30 days apart; after 3 without an order or a word the person is left alone for 180 days. */
function findSpacing(world: World, rootId: number, now: Moment): string | null {
  const { spacingDays, afterUnanswered, restDays } = world.shop.settings.winBack
  const told = winBacksOf(world, rootId)
  const last = told.at(-1)
  if (last === undefined) return null
  if (last > now - spacingDays * dayMs) return 'win_back_spacing'
  const firstOfThree = told.at(-afterUnanswered)
  if (firstOfThree === undefined) return null
  const answered =
    ordersOf(world, rootId).some((order) => order.placedAt > firstOfThree) ||
    inboundOf(world, rootId).some((message) => message.at > firstOfThree)
  return !answered && last > now - restDays * dayMs ? 'left_alone' : null
}

/** An absence, and how often we have called since it began. */
function occasionOf(world: World, rootId: number): string {
  const since = awaySince(world, rootId)
  const day = DateTime.fromMillis(since, { zone: world.shop.timeZone }).toISODate()!
  const hasOrdered = ordersOf(world, rootId).length > 0
  const calls = winBacksOf(world, rootId).filter((at) => !hasOrdered || at > since).length
  return `episode:${day}:${calls}`
}

/** Who looked at something a day or so ago and did not buy it is reminded of what they looked at last, unless the run found something better. */
function remindBrowsers(world: World, now: Moment): void {
  const campaign = campaignOf(world, 'browse_reminder')!
  if (!campaign.isOn) return
  const settings = browseReminderSettingsSchema.parse(campaign.settings)
  for (const rootId of rootIds(world)) {
    const last = world.views
      .filter((view) => rootIdOf(world, view.personId) === rootId && view.at <= now)
      .reverse()
      .sort((one, other) => other.at - one.at)[0]
    if (last === undefined || last.at > now - settings.afterHours * hourMs) continue
    const product = world.products.find((one) => one.id === last.productId)!
    if (last.at < now - settings.untilHours * hourMs || !isForSale(world, product)) continue
    if (hasSomethingToday(world, rootId, now) || wasReminded(world, rootId, now - settings.everyDays * dayMs))
      continue
    const about = { rootId, productId: product.id, itemKey: product.itemKey, since: last.at }
    const reason =
      findSharedReason(world, { campaign, rootId, isAsked: false }) ??
      (hasBoughtSince(world, about) ? 'bought_since' : null)
    const day = DateTime.fromMillis(last.at, { zone: world.shop.timeZone }).toISODate()!
    addCandidacy(world, {
      campaignId: campaign.id,
      kind: 'browse_reminder',
      personId: rootId,
      productId: product.id,
      itemKey: product.itemKey,
      occasion: `browse:${product.id}:${day}`,
      trigger: 'viewed',
      value: valueOf.browse_reminder,
      rank: last.at,
      interestAt: last.at,
      reason,
      expiresAt: now + settings.waitHours * hourMs,
      consideredAt: now,
    })
  }
}

/** The run has just written, or taken up again, something for this person. */
function hasSomethingToday(world: World, rootId: number, now: Moment): boolean {
  return candidaciesOf(world, rootId).some((one) => one.trigger === 'daily' && one.takenUpAt === now)
}

function wasReminded(world: World, rootId: number, since: Moment): boolean {
  return candidaciesOf(world, rootId).some((one) => {
    const countedAt = messageOf(world, one)?.countedAt ?? null
    return one.kind === 'browse_reminder' && countedAt !== null && countedAt > since
  })
}

/** A campaign's first days reach few: of those who could be told before the next run, all but the first 5 % wait for it, or end. */
function rampUp(world: World, kind: Kind, now: Moment): void {
  const { rampUpDays, rampUpBps, rampUpPerDay } = world.shop.settings.winBack
  const campaign = campaignOf(world, kind)!
  if (!campaign.isOn || campaign.onSince! <= now - rampUpDays * dayMs) return
  const next = nextMorning(world, now)
  const due = world.candidacies
    .filter((one) => one.kind === kind && one.state === 'waiting' && (one.retryAt ?? now) < next)
    .sort((one, other) => one.rank - other.rank || one.personId - other.personId)
  const share = Math.max(1, Math.ceil((due.length * rampUpBps) / 10_000))
  for (const late of due.slice(Math.min(share, rampUpPerDay))) {
    late.state = next < late.expiresAt ? 'waiting' : 'suppressed'
    late.reason = 'ramp_up'
    late.retryAt = next < late.expiresAt ? next : null
  }
}

/** The next 09:00 on the shop's own clock. */
function nextMorning(world: World, now: Moment): Moment {
  const local = DateTime.fromMillis(now, { zone: world.shop.timeZone })
  const morning = local.set({ hour: 9, minute: 0, second: 0, millisecond: 0 })
  return (morning > local ? morning : morning.plus({ days: 1 })).toMillis()
}
