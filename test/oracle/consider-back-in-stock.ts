import { backInStockSettingsSchema } from '../../src/campaigns/back-in-stock/settings.ts'
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
  minuteMs,
  type Alert,
  type Campaign,
  type Cycle,
  type Moment,
  type Product,
  type Run,
  type World,
} from './world.ts'

interface Interested {
  rootId: number
  isAsked: boolean
  at: Moment
  alertId: number | null
}

/** Everybody with a reason to be told that an item is back gets a row: who asked first, then who looked last longest ago. */
export function considerBackInStock(
  world: World,
  about: { campaign: Campaign; run: Run; cycle: Cycle; now: Moment },
): void {
  const { campaign, run, cycle, now } = about
  const item = world.products.find((product) => product.id === cycle.productId)!
  const settings = backInStockSettingsSchema.parse(campaign.settings)
  const queue = listInterested(world, { item, cycle, now, interestMs: settings.interestDays * dayMs })
  const wasShort =
    cycle.outSince !== null && cycle.openedAt - cycle.outSince < settings.minOutMinutes * minuteMs
  for (const [at, one] of queue.entries()) {
    const { rootId, isAsked } = one
    const bought = hasBoughtSince(world, {
      rootId,
      productId: item.id,
      itemKey: item.itemKey,
      since: one.at,
    })
    const reason =
      findSharedReason(world, { campaign, rootId, isAsked }) ??
      (!isAsked && wasShort ? 'short_spell' : null) ??
      (bought ? 'bought_since' : null) ??
      (wasTold(world, { rootId, item, since: now - settings.repeatDays * dayMs }) ? 'already_told' : null)
    addCandidacy(world, {
      campaignId: campaign.id,
      kind: 'back_in_stock',
      personId: rootId,
      productId: item.id,
      itemKey: item.itemKey,
      occasion: `cycle:${cycle.id}`,
      runId: run.id,
      cycleId: cycle.id,
      trigger: isAsked ? 'asked' : 'viewed',
      value: isAsked ? askedValueOf.back_in_stock! : valueOf.back_in_stock,
      alertId: one.alertId,
      rank: at + 1,
      interestAt: one.at,
      reason,
      expiresAt: run.expiresAt,
      consideredAt: now,
    })
  }
}

function listInterested(
  world: World,
  about: { item: Product; cycle: Cycle; now: Moment; interestMs: number },
): Interested[] {
  const asked = new Map<number, Interested>()
  for (const alert of world.alerts) {
    if (!isOpen(alert, about.now) || !speaksFor(world, alert, about.item)) continue
    const rootId = rootIdOf(world, alert.personId)
    const known = asked.get(rootId)
    if (known === undefined || alert.askedAt < known.at)
      asked.set(rootId, { rootId, isAsked: true, at: alert.askedAt, alertId: alert.id })
  }
  const viewed = new Map<number, Interested>()
  for (const view of world.views) {
    if (!isView(world, view, about)) continue
    const rootId = rootIdOf(world, view.personId)
    const known = viewed.get(rootId)
    if (!asked.has(rootId) && (known === undefined || view.at > known.at))
      viewed.set(rootId, { rootId, isAsked: false, at: view.at, alertId: null })
  }
  const byAge = (one: Interested, other: Interested): number => one.at - other.at || one.rootId - other.rootId
  return [...[...asked.values()].sort(byAge), ...[...viewed.values()].sort(byAge)]
}

function isOpen(alert: Alert, now: Moment): boolean {
  return (
    alert.kind === 'back_in_stock' && alert.endedAt === null && alert.expiresAt > now && alert.askedAt <= now
  )
}

/** An alert speaks for the product it names; one for "any" variation also for each variation of it. */
function speaksFor(world: World, alert: Alert, item: Product): boolean {
  return (
    isSameItem(world, alert.productId, item) ||
    (alert.anyVariation && isParentOf(world, alert.productId, item))
  )
}

/**
 * A view of the item within 60 days before it came back; of its parent only while the whole product was sold out. The shop's times are
 * whole seconds: who found it sold out in the second in which it came back looked before.
 */
function isView(
  world: World,
  view: World['views'][number],
  about: { item: Product; cycle: Cycle; interestMs: number },
): boolean {
  const { openedAt } = about.cycle
  const isBefore = view.at < openedAt || (view.isSoldOut && view.at < openedAt + 1000)
  if (!isBefore || view.at < openedAt - about.interestMs) return false
  if (isSameItem(world, view.productId, about.item)) return true
  return view.isSoldOut && isParentOf(world, view.productId, about.item)
}

/** The item itself, its translations, and variations whose stock one of them keeps. */
export function isSameItem(world: World, productId: number, item: Product): boolean {
  const product = world.products.find((one) => one.id === productId)!
  if (product.itemKey === item.itemKey) return true
  const parent = world.products.find((one) => one.id === product.parentId)
  return product.stockManagedBy === 'parent' && parent?.itemKey === item.itemKey
}

/** A parent of the item or of a translation of it, or a translation of such a parent. */
function isParentOf(world: World, productId: number, item: Product): boolean {
  const parents = world.products
    .filter((product) => product.itemKey === item.itemKey && product.parentId !== null)
    .map((product) => world.products.find((one) => one.id === product.parentId)!)
  const product = world.products.find((one) => one.id === productId)!
  return parents.some((parent) => parent.id === product.id || parent.itemKey === product.itemKey)
}

/** Not twice per product in 7 days: any message about it that counts, reserved ones too. */
function wasTold(world: World, about: { rootId: number; item: Product; since: Moment }): boolean {
  return candidaciesOf(world, about.rootId).some((candidacy) => {
    const countedAt = messageOf(world, candidacy)?.countedAt ?? null
    return candidacy.itemKey === about.item.itemKey && countedAt !== null && countedAt > about.since
  })
}
