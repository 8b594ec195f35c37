import { sendLane } from '../outbox/enqueue-message.ts'
import { listShops } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'
import { arbitrate } from './arbiter/arbitrate.ts'
import { planStock } from './back-in-stock/plan-stock.ts'
import { continueDaily } from './daily/run-daily.ts'
import { isDailyRunning } from './daily/run-store.ts'
import { loadRound } from './load-round.ts'
import type { Round } from './planned-campaign.ts'
import type { PlannerDeps } from './planner.ts'
import { planPrices } from './price-drop/plan-prices.ts'
import { listProductsToReread, listReady, postponeProducts } from './ready-store.ts'
import { takeSteps } from './take-steps.ts'

const sliceSize = 3_000
const unavailableRetryMs = 5 * 60_000
/** A price heard from the shop so lately needs no second look. */
const heardMs = 10 * 60_000

/**
 * One round of the lane `campaigns`, over all shops: what happened becomes runs, runs become candidacies, and candidacies that are ready
 * are arbitrated and become messages. Returns how many things it did; 0: there is nothing to do now. Any number of planners may run it
 * beside each other, and it may be cut off anywhere: everything it has not finished is found again by its state.
 */
export async function planCampaigns(deps: PlannerDeps): Promise<number> {
  let handled = 0
  for (const shop of await listShops(deps.db)) handled += await planShop(deps, shop)
  return handled
}

/** The round of one shop. */
export async function planShop(deps: PlannerDeps, shop: Shop): Promise<number> {
  const round = await loadRound(deps, shop)
  if (round === undefined) return 0
  let handled = await planStock(deps, round)
  handled += await planPrices(deps, round)
  handled += await continueDaily(deps, round)
  return handled + (await arbitrateReady(deps, round))
}

// What waited for hours may be about a price that is gone.
async function askShopAgain(deps: PlannerDeps, round: Round): Promise<void> {
  const now = deps.clock.now()
  const shopId = round.shop.id
  const heardBefore = new Date(now.getTime() - heardMs)
  const productIds = await listProductsToReread(deps.db, { shopId, heardBefore, now, limit: 10_000 })
  if (productIds.length === 0) return
  const readable = await deps.rereadProducts(shopId, productIds)
  const unread = productIds.filter((id) => !readable.has(id))
  const until = new Date(now.getTime() + unavailableRetryMs)
  await postponeProducts(deps.db, { shopId, productIds: unread, until, now })
}

async function arbitrateReady(deps: PlannerDeps, round: Round): Promise<number> {
  await askShopAgain(deps, round)
  const next = createReader(deps, round)
  return takeSteps(deps.atOnce ?? 1, async () => {
    const ids = await next()
    return ids.length === 0 ? undefined : arbitrateSlice(deps, round, ids)
  })
}

/** Gives out what is ready slice by slice, by person; nothing when nobody is left. */
function createReader(deps: PlannerDeps, round: Round): () => Promise<number[]> {
  const shopId = round.shop.id
  let afterPersonId = 0
  const read = async (): Promise<number[]> => {
    const withDaily = !(await isDailyRunning(deps.db, shopId))
    const now = deps.clock.now()
    const ready = await listReady(deps.db, { shopId, afterPersonId, now, limit: sliceSize, withDaily })
    afterPersonId = ready.lastPersonId
    return ready.ids
  }
  let last = Promise.resolve<number[]>([])
  // One after the other: each begins where the one before it ended.
  return () => (last = last.then(read))
}

/** A transaction of its own: budgets are locked in id order within it, and never across two of them. */
async function arbitrateSlice(deps: PlannerDeps, round: Round, ids: readonly number[]): Promise<number> {
  const now = deps.clock.now()
  return deps.db.transaction(async (tx) => {
    const { reserved, decided } = await arbitrate(tx, deps, { ...round, now }, ids)
    if (reserved.length > 0) tx.afterCommit(() => deps.wake(sendLane))
    return decided
  })
}
