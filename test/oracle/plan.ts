import { backInStockSettingsSchema } from '../../src/campaigns/back-in-stock/settings.ts'
import { priceDropSettingsSchema } from '../../src/campaigns/price-drop/settings.ts'
import { arbitrate } from './arbitrate.ts'
import { campaignOf, nextId } from './candidacies.ts'
import { considerBackInStock } from './consider-back-in-stock.ts'
import { isSuspicious } from './brakes.ts'
import { considerPriceDrop, deservesRun } from './consider-price-drop.ts'
import { rootIdOf } from './people.ts'
import { hourMs, minuteMs, type Candidacy, type Moment, type Product, type Run, type World } from './world.ts'

/** What the planners do at one moment, until nothing is left to do. */
export function plan(world: World, now: Moment): void {
  openRuns(world, now)
  for (const run of world.runs) if (run.state !== 'done') endRunIfOver(world, run, now)
  for (const run of world.runs)
    if (run.state === 'new' && run.isApproved !== true && isSuspicious(world, run, now)) run.state = 'held'
  for (const run of world.runs.toSorted(
    (one, other) => one.nextWaveAt - other.nextWaveAt || one.id - other.id,
  ))
    if (run.state === 'new' && run.nextWaveAt <= now) startRun(world, run, now)
  takeWaves(world, now)
  arbitrateOthers(world, now)
  for (const run of world.runs) finishIfAllTold(world, run)
}

/** A run for each open cycle and each fall of a price, of campaigns that were on when it happened, while its news is fresh. */
function openRuns(world: World, now: Moment): void {
  const stock = campaignOf(world, 'back_in_stock')
  if (stock?.isOn === true) {
    const settings = backInStockSettingsSchema.parse(stock.settings)
    for (const cycle of world.cycles) {
      const expiresAt = cycle.openedAt + settings.endsHours * hourMs
      const isKnown = world.runs.some((run) => run.cycleId === cycle.id)
      if (isKnown || cycle.closedAt !== null || cycle.openedAt < stock.onSince! || expiresAt <= now) continue
      const nextWaveAt = cycle.openedAt + settings.settleMinutes * minuteMs
      addRun(world, {
        campaignId: stock.id,
        cycleId: cycle.id,
        productId: cycle.productId,
        nextWaveAt,
        expiresAt,
      })
    }
  }
  const prices = campaignOf(world, 'price_drop')
  if (prices?.isOn === true) {
    const settings = priceDropSettingsSchema.parse(prices.settings)
    for (const event of world.priceEvents) {
      const expiresAt = event.at + settings.endsHours * hourMs
      const isKnown = world.runs.some((run) => run.priceEventId === event.id)
      if (isKnown || event.at < prices.onSince! || expiresAt <= now) continue
      if (!deservesRun(world, prices, event, now)) continue
      addRun(world, {
        campaignId: prices.id,
        priceEventId: event.id,
        productId: event.productId,
        nextWaveAt: event.at + settings.settleMinutes * minuteMs,
        expiresAt,
      })
    }
  }
}

function addRun(
  world: World,
  run: Omit<Run, 'id' | 'state' | 'cycleId' | 'priceEventId'> & Partial<Run>,
): void {
  world.runs.push({ id: nextId(world.runs), state: 'new', cycleId: null, priceEventId: null, ...run })
}

function waitingOf(world: World, run: Run): Candidacy[] {
  return world.candidacies
    .filter((candidacy) => candidacy.runId === run.id && candidacy.state === 'waiting')
    .sort((one, other) => one.rank - other.rank)
}

function endRunIfOver(world: World, run: Run, now: Moment): void {
  const end = findEnd(world, run, now)
  if (end === undefined) return
  for (const candidacy of waitingOf(world, run)) {
    candidacy.state = end === 'expired' ? 'expired' : 'suppressed'
    candidacy.reason = end
    candidacy.retryAt = null
  }
  run.state = 'done'
}

/** Sold out in between, old, or switched off. */
function findEnd(world: World, run: Run, now: Moment): string | undefined {
  const cycle = world.cycles.find((one) => one.id === run.cycleId)
  if (cycle !== undefined && cycle.closedAt !== null) return 'sold_out_again'
  if (run.expiresAt <= now) return 'expired'
  const campaign = world.campaigns.find((one) => one.id === run.campaignId)!
  return campaign.isOn ? undefined : 'campaign_off'
}

const askAgainMs = 5 * minuteMs

/** A price is announced only after the shop has been asked again; a stock wave asks for itself. */
function startRun(world: World, run: Run, now: Moment): void {
  if (run.priceEventId !== null && world.isShopAway) {
    run.nextWaveAt = now + askAgainMs
    return
  }
  const campaign = world.campaigns.find((one) => one.id === run.campaignId)!
  run.state = 'running'
  const cycle = world.cycles.find((one) => one.id === run.cycleId)
  if (cycle !== undefined) {
    considerBackInStock(world, { campaign, run, cycle, now })
    return
  }
  const event = world.priceEvents.find((one) => one.id === run.priceEventId)!
  considerPriceDrop(world, { campaign, run, event, now })
}

function isReady(candidacy: Candidacy, now: Moment): boolean {
  return candidacy.state === 'waiting' && (candidacy.retryAt === null || candidacy.retryAt <= now)
}

interface Wave {
  run: Run
  limit: number
  told: number
}

/**
 * Each wave tells at most `perUnit` people per sellable unit, by rank; who is refused makes room for the next. Waves that are due go side by
 * side, each with as many as it has room for, so that two items for one person compete.
 */
function takeWaves(world: World, now: Moment): void {
  const waves = world.runs
    .filter((run) => run.state === 'running' && run.cycleId !== null && run.nextWaveAt <= now)
    .sort((one, other) => one.nextWaveAt - other.nextWaveAt || one.id - other.id)
    .map((run) => ({ run, limit: limitOf(world, run), told: 0 }))
  if (world.isShopAway) {
    for (const { run } of waves) run.nextWaveAt = now + askAgainMs
    return
  }
  for (let open: Wave[] = waves; open.length > 0;) {
    const slice = open.flatMap((wave) => nextOf(world, wave, now))
    // What joined another's message takes no place in the wave.
    const reserved = arbitrateByPerson(world, slice, now)
    for (const wave of open) wave.told += reserved.filter((one) => one.runId === wave.run.id).length
    const over = open.filter((wave) => nextOf(world, wave, now).length === 0)
    for (const wave of over) endWave(world, wave, now)
    open = open.filter((wave) => !over.includes(wave))
  }
}

function limitOf(world: World, run: Run): number {
  const settings = backInStockSettingsSchema.parse(campaignOf(world, 'back_in_stock')!.settings)
  const item = world.products.find((product) => product.id === run.productId)!
  const quantity = quantityOf(world, item)
  if (!item.isSellable) return 0
  return quantity === null ? Number.POSITIVE_INFINITY : Math.max(0, quantity) * settings.perUnit
}

function nextOf(world: World, wave: Wave, now: Moment): Candidacy[] {
  const ready = waitingOf(world, wave.run).filter((candidacy) => isReady(candidacy, now))
  return ready.slice(0, Math.min(ready.length, wave.limit - wave.told))
}

/** The next comes an hour after a wave that told somebody or left somebody over, else when the first of those who wait can be told. */
function endWave(world: World, { run, told }: Wave, now: Moment): void {
  const settings = backInStockSettingsSchema.parse(campaignOf(world, 'back_in_stock')!.settings)
  const waiting = waitingOf(world, run)
  const retries = waiting.flatMap((candidacy) => candidacy.retryAt ?? [])
  const isAnyLeft = waiting.some((candidacy) => isReady(candidacy, now))
  const nextWave = now + settings.waveMinutes * minuteMs
  run.nextWaveAt = told > 0 || isAnyLeft || retries.length === 0 ? nextWave : Math.min(...retries)
}

function quantityOf(world: World, item: Product): number | null {
  if (item.stockManagedBy === 'none') return null
  if (item.stockManagedBy === 'own') return item.quantity
  return world.products.find((product) => product.id === item.parentId)!.quantity
}

/** Person by person. Returns the candidacies a new message was reserved for. */
function arbitrateByPerson(world: World, candidacies: readonly Candidacy[], now: Moment): Candidacy[] {
  const roots = [...new Set(candidacies.map((candidacy) => rootIdOf(world, candidacy.personId)))]
  return roots.flatMap((rootId) =>
    arbitrate(
      world,
      rootId,
      candidacies.filter((candidacy) => rootIdOf(world, candidacy.personId) === rootId),
      now,
    ),
  )
}

/** Everything else that is ready, person by person. What is about a price waits while the shop does not say what it charges. */
function arbitrateOthers(world: World, now: Moment): void {
  const ready = world.candidacies.filter(
    (candidacy) => candidacy.kind !== 'back_in_stock' && isReady(candidacy, now),
  )
  if (world.isShopAway)
    for (const candidacy of ready.filter((one) => one.priceEventId !== null)) {
      candidacy.reason = 'shop_unavailable'
      candidacy.retryAt = now + askAgainMs
    }
  const decidable = ready.filter((candidacy) => isReady(candidacy, now))
  arbitrateByPerson(world, decidable, now)
}

function finishIfAllTold(world: World, run: Run): void {
  if (run.state === 'running' && waitingOf(world, run).length === 0) run.state = 'done'
}
