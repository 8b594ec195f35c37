import { shopSettingsSchema } from '../../src/shops/shop-settings.ts'
import { addCandidacy, askedValueOf, campaignOf, nextId, valueOf } from './candidacies.ts'
import type { Draft } from './generate-world.ts'
import { rootIdOf } from './people.ts'
import { dayMs, minuteMs, type Message, type PersonRecord, type Product, type World } from './world.ts'

/** Ids of one world; many worlds lie in one database. */
const idsPerWorld = 1_000

/** A draft made consistent: what a real shop could not have (two open cycles of a product, two prices at one moment) is left out. */
export function buildWorld(draft: Draft, number: number): World {
  const base = (number + 1) * idsPerWorld
  const world: World = {
    shop: {
      id: number + 1,
      currency: 'EUR',
      ...draft.shop,
      settings: shopSettingsSchema.parse(draft.settings),
    },
    campaigns: draft.campaigns.map(({ onAge, ...campaign }, at) => ({
      ...campaign,
      id: base + at,
      onSince: campaign.isOn ? draft.now - onAge : null,
    })),
    people: buildPeople(draft, base),
    products: buildProducts(draft, base),
    views: [],
    alerts: [],
    orders: [],
    priceEvents: [],
    cycles: [],
    inbound: [],
    replies: [],
    messages: [],
    candidacies: [],
    runs: [],
    isShopAway: false,
    dailyRuns: [],
  }
  addCycles(world, draft, base)
  addPrices(world, draft, base)
  if (draft.isCrowded) crowd(world, draft.now, base)
  for (const product of world.products) product.isSellable &&= product.priceMinor !== null
  addInterest(world, draft, base)
  addHistory(world, draft, base)
  addPast(world, draft)
  return world
}

const pick = <T>(list: readonly T[], place: number): T => list[place % list.length]!

function buildPeople(draft: Draft, base: number): PersonRecord[] {
  const people: PersonRecord[] = []
  for (const [at, one] of draft.people.entries()) {
    const root = one.mergedInto === null || one.mergedInto >= at ? undefined : people[one.mergedInto]
    const id = base + at
    people.push({
      id,
      rootId: root?.rootId ?? id,
      country: one.home.country,
      language: one.language,
      sendRegions: one.home.regions,
      consent: one.consent,
      consentAt: draft.now - one.consentAge,
      consentSource: one.consentSource,
      metaStop: one.metaStop,
      pausedAt: one.pausedAge === null ? null : draft.now - one.pausedAge,
      handoffAt: one.isHandedOff ? draft.now - 1 : null,
      tags: one.tags,
      createdAt: draft.now - one.contactAge,
    })
  }
  return people
}

function buildProducts(draft: Draft, base: number): Product[] {
  const products: Product[] = []
  for (const [at, one] of draft.products.entries()) {
    const id = base + at
    const parent = products.findLast((product) => product.kind === 'variable')
    const kind = one.kind === 'variation' && parent === undefined ? 'simple' : one.kind
    const twin =
      one.translationOf === null || one.translationOf >= at ? undefined : products[one.translationOf]
    const isTwin = twin?.kind === kind
    const isKeptByParent = kind === 'variation' && one.stockManagedBy === 'parent'
    const own = one.stockManagedBy === 'none' ? 'none' : 'own'
    const isInStock = one.isSellable || one.cycle?.isClosed === false
    products.push({
      id,
      wcId: id,
      parentId: kind === 'variation' ? parent!.id : null,
      kind,
      itemKey: isTwin ? twin.itemKey : `id:${id}`,
      categoryIds: kind === 'variation' ? [] : one.categoryIds,
      priceMinor: one.priceMinor,
      saleTo: one.saleEndsIn === null ? null : draft.now + one.saleEndsIn,
      stockManagedBy: isKeptByParent ? 'parent' : own,
      quantity: own === 'none' ? null : one.quantity,
      isInStock,
      isSellable: isInStock && one.isSellable,
      firstPublishedAt: draft.now - one.publishedAge,
    })
  }
  return products
}

/** Each product has at most one cycle to begin with. */
function addCycles(world: World, draft: Draft, base: number): void {
  for (const [at, { cycle }] of draft.products.entries()) {
    if (cycle === null) continue
    const openedAt = draft.now - cycle.age
    world.cycles.push({
      id: base + at,
      productId: world.products[at]!.id,
      outSince: cycle.outFor === null ? null : openedAt - cycle.outFor,
      openedAt,
      seenAt: openedAt,
      closedAt: cycle.isClosed ? draft.now : null,
    })
  }
}

/** A product's prices follow each other: each change goes from what was charged to something else. */
function addPrices(world: World, draft: Draft, base: number): void {
  for (const [at, { prices, isLastPrice }] of draft.products.entries()) {
    const product = world.products[at]!
    const times = new Set<number>()
    for (const one of prices.toSorted((first, second) => second.age - first.age)) {
      if (times.has(one.age) || one.from === one.to) continue
      times.add(one.age)
      const changedAt = draft.now - one.age
      const [fromMinor, toMinor] = one.isFall === one.from < one.to ? [one.to, one.from] : [one.from, one.to]
      if (isLastPrice) product.priceMinor = toMinor
      world.priceEvents.push({
        id: base + world.priceEvents.length,
        productId: product.id,
        fromMinor,
        toMinor,
        at: changedAt,
        seenAt: changedAt,
      })
    }
  }
}

/** So that much competes for the same people. */
function crowd(world: World, now: number, base: number): void {
  for (const [at, product] of world.products.entries()) {
    const fellAt = now - 4 * minuteMs
    const [fromMinor, toMinor] = [2000, 1000 - at * 100]
    product.priceMinor = toMinor
    world.priceEvents.push({
      id: base + 400 + at,
      productId: product.id,
      fromMinor,
      toMinor,
      at: fellAt,
      seenAt: fellAt,
    })
    for (const [place, person] of world.people.entries())
      world.views.push({
        personId: person.id,
        productId: product.id,
        at: now - dayMs - 5_000 - place * 1_000 - at,
        priceMinor: fromMinor,
        isSoldOut: false,
      })
  }
}

function addInterest(world: World, draft: Draft, base: number): void {
  for (const one of draft.views) {
    const product = pick(world.products, one.product)
    const cycle = world.cycles.find((other) => other.productId === product.id)
    const besideCycle =
      one.afterCycle === null || cycle === undefined ? undefined : cycle.openedAt + one.afterCycle
    const at = besideCycle ?? draft.now - one.age
    // Of two looks at one thing at one moment nobody could say which was the last.
    if (world.views.some((other) => other.at === at && isSame(world, other.productId, product))) continue
    world.views.push({
      personId: pick(world.people, one.person).id,
      productId: product.id,
      at,
      priceMinor: one.priceMinor,
      isSoldOut: one.isSoldOut,
    })
  }
  for (const [at, one] of draft.alerts.entries())
    askFor(world, { ...one, id: base + at, askedAt: draft.now - one.age, expiresAt: draft.now + one.leftMs })
}

function isSame(world: World, productId: number, product: Product): boolean {
  return world.products.find((one) => one.id === productId)!.itemKey === product.itemKey
}

/** One person asks for one thing once at a time. */
export function askFor(
  world: World,
  ask: {
    id: number
    person: number
    product: number
    kind: 'back_in_stock' | 'price_below'
    anyVariation: boolean
    thresholdMinor: number
    askedAt: number
    expiresAt: number
    isEnded: boolean
  },
): void {
  const personId = pick(world.people, ask.person).id
  const productId = pick(world.products, ask.product).id
  const isDouble = world.alerts.some(
    (other) =>
      rootIdOf(world, other.personId) === rootIdOf(world, personId) &&
      (other.askedAt === ask.askedAt ||
        (other.productId === productId && other.kind === ask.kind && other.endedAt === null && !ask.isEnded)),
  )
  if (isDouble) return
  world.alerts.push({
    id: ask.id,
    personId,
    productId,
    kind: ask.kind,
    anyVariation: ask.anyVariation,
    thresholdMinor: ask.kind === 'price_below' ? ask.thresholdMinor : null,
    askedAt: ask.askedAt,
    expiresAt: ask.expiresAt,
    endedAt: ask.isEnded ? ask.askedAt : null,
  })
}

function addHistory(world: World, draft: Draft, base: number): void {
  for (const [at, one] of draft.orders.entries()) {
    const placedAt = draft.now - one.age
    world.orders.push({
      id: base + at,
      personId: pick(world.people, one.person).id,
      counts: one.counts,
      placedAt,
      paidAt: one.isPaid ? placedAt : null,
      itemsMinor: one.itemsMinor,
      refundedMinor: one.refundedMinor,
      currency: one.currency,
      // Nobody buys what is not published yet.
      productIds: one.products
        .map((product) => pick(world.products, product))
        .filter((product) => product.firstPublishedAt! <= placedAt)
        .map((product) => product.id),
    })
  }
  for (const one of draft.inbound) {
    const personId = pick(world.people, one.person).id
    world.inbound.push({ personId, at: draft.now - one.age, type: one.type })
    if (one.isAnswered) world.replies.push({ personId, at: draft.now - one.age + 1000 })
  }
}

const notCounted = ['failed', 'suppressed', 'expired']

const candidacyStateOf = {
  waiting: 'reserved',
  sending: 'reserved',
  uncertain: 'uncertain',
  accepted: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  failed: 'failed',
  outcome_unknown: 'unknown',
  suppressed: 'suppressed',
  expired: 'expired',
  held_out: 'held_out',
} as const

/** What was sent, or tried, before: a candidacy of an occasion long gone and its message. What still waits to be sent is due now. */
function addPast(world: World, draft: Draft): void {
  for (const [at, one] of draft.past.toSorted((first, second) => second.age - first.age).entries()) {
    const campaign = campaignOf(world, one.kind)!
    const isAsked = one.isAsked && askedValueOf[one.kind] !== undefined
    const isAboutProduct = one.kind === 'back_in_stock' || one.kind === 'price_drop'
    // What is reserved for a product belongs to a run: the planners reserve it themselves, a step later.
    const state = one.state === 'waiting' && isAboutProduct ? 'accepted' : one.state
    const sentAt = state === 'waiting' ? draft.now : draft.now - one.age
    const personId = rootIdOf(world, pick(world.people, one.person).id)
    const message: Message = {
      id: nextId(world.messages),
      personId,
      purpose: isAsked ? 'alert' : 'campaign',
      // What was asked for is never held out.
      state: isAsked && state === 'held_out' ? 'accepted' : state,
      reason: null,
      dueAt: sentAt,
      startedAt: state === 'waiting' || state === 'held_out' ? null : sentAt,
      countedAt: notCounted.includes(state) ? null : sentAt,
    }
    world.messages.push(message)
    const product = isAboutProduct ? pick(world.products, one.product) : undefined
    addCandidacy(world, {
      campaignId: campaign.id,
      kind: one.kind,
      personId,
      productId: product?.id ?? null,
      itemKey: product?.itemKey ?? '',
      occasion: `past:${at}`,
      // Of a run that is no more.
      runId: isAboutProduct ? 1 : null,
      trigger: isAsked ? 'asked' : isAboutProduct ? 'viewed' : 'daily',
      value: isAsked ? askedValueOf[one.kind]! : valueOf[one.kind],
      rank: at,
      interestAt: sentAt - dayMs,
      priceMinor: one.kind === 'price_drop' ? one.priceMinor : null,
      referenceMinor: one.kind === 'price_drop' ? 3000 : null,
      reason: null,
      state: candidacyStateOf[message.state],
      messageId: message.id,
      expiresAt: sentAt + 3 * dayMs,
      consideredAt: sentAt - 1,
    })
  }
}
