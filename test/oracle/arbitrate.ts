import { askCapsOf } from './caps.ts'
import {
  campaignOf,
  candidaciesOf,
  findForbiddenCampaign,
  hashOf,
  isBlockedUs,
  nextId,
} from './candidacies.ts'
import { inboundOf, latest, messagesOf, ordersOf, personRecord, recordIdsOf } from './people.ts'
import { nextOpening, regionsOf } from './windows.ts'
import { dayMs, hourMs, minuteMs, type Candidacy, type Message, type Moment, type World } from './world.ts'

const isAlert = (candidacy: Candidacy): boolean => candidacy.trigger === 'asked'

/** Of two candidacies the more valuable goes first, then the one that ranks higher, then the one that expires first. */
export function byValue(one: Candidacy, other: Candidacy): number {
  return (
    one.value - other.value ||
    one.rank - other.rank ||
    one.expiresAt - other.expiresAt ||
    (one.productId ?? 0) - (other.productId ?? 0) ||
    one.id - other.id
  )
}

/**
 * One person's ready candidacies compete: at most one campaign message is reserved, and one alert that answers all that was asked for.
 * Returns those a new message was reserved for.
 */
export function arbitrate(
  world: World,
  rootId: number,
  ready: readonly Candidacy[],
  now: Moment,
): Candidacy[] {
  const passed = [...ready].sort(byValue).filter((candidacy) => passes(world, rootId, candidacy, now))
  const winner = reserveAlert(world, rootId, passed.filter(isAlert), now)
  const campaigns = passed.filter((candidacy) => !isAlert(candidacy))
  const best = reserveCampaign(world, rootId, { campaigns, alert: winner }, now)
  return [winner, best].filter((one) => one !== undefined)
}

/** Waits until then, if that is before it expires; else it ends with what stands in its way. */
function defer(candidacy: Candidacy, reason: string, until: Moment | null): void {
  candidacy.reason = reason
  if (until !== null && until < candidacy.expiresAt) {
    candidacy.state = 'waiting'
    candidacy.retryAt = until
  } else suppress(candidacy, reason)
}

function suppress(candidacy: Candidacy, reason: string): void {
  candidacy.state = 'suppressed'
  candidacy.reason = reason
  candidacy.retryAt = null
}

/** Whether it may be told now at all, caps aside; if not, it is written why. */
function passes(world: World, rootId: number, candidacy: Candidacy, now: Moment): boolean {
  if (candidacy.expiresAt <= now) {
    candidacy.state = 'expired'
    candidacy.reason = 'expired'
    candidacy.retryAt = null
    return false
  }
  if (campaignOf(world, candidacy.kind)?.isOn !== true) {
    suppress(candidacy, 'campaign_off')
    return false
  }
  const stale = findStalePrice(world, candidacy)
  if (stale !== null) {
    suppress(candidacy, stale)
    return false
  }
  const forbidden = isAlert(candidacy)
    ? findForbiddenAlert(world, rootId, candidacy, now)
    : findForbiddenCampaign(world, rootId)
  if (forbidden !== null) {
    suppress(candidacy, forbidden)
    return false
  }
  if (!isAlert(candidacy)) {
    if (isInConversation(world, rootId, now)) {
      defer(candidacy, 'in_conversation', now + hourMs)
      return false
    }
    const brakeMs = world.shop.settings.brakes.recentOrderDays * dayMs
    const lastOrder = latest(ordersOf(world, rootId).map((order) => order.placedAt))
    if (lastOrder !== null && lastOrder + brakeMs > now) {
      defer(candidacy, 'recent_order', lastOrder + brakeMs)
      return false
    }
  }
  const opening = nextOpening(regionsOf(world, rootId), world.shop.settings.sendWindow, now)
  if (opening === now) return true
  defer(candidacy, 'window_closed', opening)
  return false
}

/** Only what the shop charges now is announced. */
function findStalePrice(world: World, candidacy: Candidacy): string | null {
  if (candidacy.priceEventId === null) return null
  const product = world.products.find((one) => one.id === candidacy.productId)!
  if (!product.isSellable) return 'not_sellable'
  return product.priceMinor === null || product.priceMinor > candidacy.priceMinor! ? 'price_rose' : null
}

/** Asking is consent to that alert, from anyone not opted out, or who asks afterwards; with Meta's stop only within 24 hours of their last message. */
function findForbiddenAlert(world: World, rootId: number, candidacy: Candidacy, now: Moment): string | null {
  const root = personRecord(world, rootId)
  const askedAfter = (moment: Moment | null): boolean => moment !== null && candidacy.interestAt > moment
  if (isBlockedUs(world, rootId)) return 'us_marketing_blocked'
  if (root.consent === 'opted_out' && !askedAfter(root.consentAt)) return 'opted_out'
  if (root.pausedAt !== null && !askedAfter(root.pausedAt)) return 'paused'
  const lastInbound = latest(inboundOf(world, rootId).map((message) => message.at))
  const isWithinADay = lastInbound !== null && now - lastInbound < dayMs
  return root.metaStop && !isWithinADay ? 'meta_stop' : null
}

/** A human has the conversation, or something the person wrote in the last 24 h (a reaction is no word) has had no answer. */
export function isInConversation(world: World, rootId: number, now: Moment): boolean {
  const records = recordIdsOf(world, rootId)
  if (records.some((id) => personRecord(world, id).handoffAt !== null)) return true
  return inboundOf(world, rootId).some(
    (inbound) =>
      inbound.type !== 'reaction' &&
      inbound.at > now - dayMs &&
      !world.replies.some((reply) => records.includes(reply.personId) && reply.at >= inbound.at),
  )
}

/** Answers what the person asked for in one message. Returns the candidacy a new message was reserved for. */
function reserveAlert(
  world: World,
  rootId: number,
  alerts: readonly Candidacy[],
  now: Moment,
): Candidacy | undefined {
  const [first, ...others] = alerts
  if (first === undefined) return undefined
  // Alerts due within an hour become one message.
  const joinUntil = now + world.shop.settings.caps.joinAlertsMinutes * minuteMs
  const unsent = messagesOf(world, rootId)
    .filter((message) => message.purpose === 'alert' && message.state === 'waiting')
    .filter((message) => message.dueAt <= joinUntil)
    .sort((one, other) => one.id - other.id)[0]
  if (unsent !== undefined) {
    for (const alert of alerts) join(alert, unsent)
    return undefined
  }
  const answer = makeRoom(world, { rootId, purpose: 'alert', best: first }, now)
  if (!answer.isFree) {
    for (const alert of alerts) defer(alert, answer.reason, answer.freeAt)
    return undefined
  }
  const message = reserve(world, rootId, first, now)
  for (const alert of [...others, ...listAlertsOfTheHour(world, rootId, now)]) join(alert, message)
  displace(world, rootId, { displaced: answer.displaced, winner: first }, now)
  return first
}

/** What else was asked for, holds now, and would be told within the hour in which alerts are joined. */
function listAlertsOfTheHour(world: World, rootId: number, now: Moment): Candidacy[] {
  const until = now + world.shop.settings.caps.joinAlertsMinutes * minuteMs
  return candidaciesOf(world, rootId).filter((candidacy) => {
    if (candidacy.state !== 'waiting' || !isAlert(candidacy) || candidacy.expiresAt <= now) return false
    if (candidacy.retryAt !== null && candidacy.retryAt > until) return false
    const run = world.runs.find((one) => one.id === candidacy.runId)
    const cycle = world.cycles.find((one) => one.id === candidacy.cycleId)
    const product = world.products.find((one) => one.id === candidacy.productId)!
    return (
      campaignOf(world, candidacy.kind)?.isOn === true &&
      run?.state === 'running' &&
      product.isSellable &&
      (cycle === undefined || (cycle.closedAt === null && run.nextWaveAt <= until)) &&
      findStalePrice(world, candidacy) === null &&
      findForbiddenAlert(world, rootId, candidacy, now) === null
    )
  })
}

function reserveCampaign(
  world: World,
  rootId: number,
  about: { campaigns: readonly Candidacy[]; alert: Candidacy | undefined },
  now: Moment,
): Candidacy | undefined {
  const [best, ...others] = about.campaigns
  if (best === undefined) return undefined
  if (about.alert !== undefined) {
    lose(world, rootId, { losers: about.campaigns, winner: about.alert }, now)
    return undefined
  }
  const answer = makeRoom(world, { rootId, purpose: 'campaign', best }, now)
  if (!answer.isFree) {
    lose(world, rootId, { losers: about.campaigns, winner: undefined }, now)
    return undefined
  }
  reserve(world, rootId, best, now)
  displace(world, rootId, { displaced: answer.displaced, winner: best }, now)
  lose(world, rootId, { losers: others, winner: best }, now)
  return best
}

type Room = { isFree: true; displaced: Message[] } | { isFree: false; reason: string; freeAt: Moment | null }

/** Do the caps allow it, or would they without the person's unsent campaign messages that are worth less? */
function makeRoom(
  world: World,
  about: { rootId: number; purpose: 'alert' | 'campaign'; best: Candidacy },
  now: Moment,
): Room {
  const answer = askCapsOf(world, about, now)
  if (answer.isFree) return { isFree: true, displaced: [] }
  const lower = messagesOf(world, about.rootId).filter(
    (message) =>
      message.purpose === 'campaign' &&
      message.state === 'waiting' &&
      worthOf(world, message) > about.best.value,
  )
  const without = askCapsOf(world, { ...about, without: lower }, now)
  return without.isFree ? { isFree: true, displaced: lower } : answer
}

function worthOf(world: World, message: Message): number {
  return Math.min(
    ...world.candidacies
      .filter((candidacy) => candidacy.messageId === message.id && candidacy.state === 'reserved')
      .map((candidacy) => candidacy.value),
  )
}

/** A higher one displaces a reserved lower one, which becomes a loser like the others. */
function displace(
  world: World,
  rootId: number,
  about: { displaced: readonly Message[]; winner: Candidacy },
  now: Moment,
): void {
  for (const message of about.displaced) {
    message.state = 'suppressed'
    message.reason = 'outranked'
    message.countedAt = null
  }
  const losers = candidaciesOf(world, rootId).filter((candidacy) =>
    about.displaced.some((message) => message.id === candidacy.messageId && candidacy.state === 'reserved'),
  )
  lose(world, rootId, { losers, winner: about.winner }, now)
}

/** A loser waits until the caps are free again; several price drops are told in one message; what comes too late ends now. */
function lose(
  world: World,
  rootId: number,
  about: { losers: readonly Candidacy[]; winner: Candidacy | undefined },
  now: Moment,
): void {
  const { winner } = about
  for (const loser of about.losers) {
    if (winner !== undefined) loser.competingId = winner.id
    if (winner?.kind === 'price_drop' && !isAlert(winner) && loser.kind === 'price_drop') {
      suppress(loser, 'grouped')
      continue
    }
    const answer = askCapsOf(world, { rootId, purpose: 'campaign' }, now)
    const [capReason, freeAt] = answer.isFree ? ['outranked', now] : [answer.reason, answer.freeAt]
    const reason = winner === undefined ? capReason : 'outranked'
    const mayWait = loser.kind !== 'we_miss_you'
    if (mayWait && freeAt !== null && freeAt < loser.expiresAt) defer(loser, reason, freeAt)
    else suppress(loser, mayWait ? capReason : reason)
  }
}

function join(candidacy: Candidacy, message: Message): void {
  candidacy.state = 'reserved'
  candidacy.reason = null
  candidacy.retryAt = null
  candidacy.messageId = message.id
}

/** Due now and counted now. A fixed share of people is held out of campaigns: it takes its place in the caps and is never sent. */
function reserve(world: World, rootId: number, candidacy: Candidacy, now: Moment): Message {
  const purpose = isAlert(candidacy) ? 'alert' : 'campaign'
  const message: Message = {
    id: nextId(world.messages),
    personId: rootId,
    purpose,
    state: 'waiting',
    reason: null,
    dueAt: now,
    startedAt: null,
    countedAt: now,
  }
  world.messages.push(message)
  join(candidacy, message)
  const campaign = campaignOf(world, candidacy.kind)!
  candidacy.variant = purpose === 'alert' ? null : drawVariant(campaign, rootId)
  if (purpose === 'campaign' && hashOf('holdout', campaign.id, rootId) % 10_000 < campaign.holdoutBps) {
    message.state = 'held_out'
    message.reason = 'holdout'
    candidacy.state = 'held_out'
    candidacy.reason = 'holdout'
  }
  return message
}

/** A person's wording is fixed: their place among the weights laid side by side. */
function drawVariant(
  campaign: { id: number; variants: readonly { name: string; weight: number }[] },
  rootId: number,
): string | null {
  const wheel = campaign.variants.flatMap(({ name, weight }) => Array<string>(weight).fill(name))
  return wheel.length === 0 ? null : wheel[hashOf('variant', campaign.id, rootId) % wheel.length]!
}
