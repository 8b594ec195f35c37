import { approveAllRuns } from '../../src/campaigns/held-runs.ts'
import type { Database } from '../../src/platform/database.ts'
import { askFor } from './build-world.ts'
import type { StepDraft } from './generate-world.ts'
import { rootIdOf } from './people.ts'
import { dayMs, type Moment, type Run, type World } from './world.ts'

type Outcome = StepDraft['outcome']

/** What became of the messages that waited: WhatsApp took them, refused them, or nobody has looked yet. */
export function settleByTheRules(world: World, outcome: Outcome, now: Moment): void {
  if (outcome === 'left') return
  for (const message of world.messages.filter((one) => one.state === 'waiting')) {
    const answered = world.candidacies.filter(
      (one) => one.messageId === message.id && one.state === 'reserved',
    )
    message.state = outcome
    message.startedAt = now
    message.countedAt = outcome === 'accepted' ? now : null
    for (const candidacy of answered) {
      candidacy.state = outcome === 'accepted' ? 'sent' : 'failed'
      const alert = world.alerts.find((one) => one.id === candidacy.alertId)
      if (outcome === 'accepted' && alert?.endedAt === null) alert.endedAt = now
    }
  }
}

/** The same in the database, but for the alerts, which are written again with the world. */
export async function settleInDatabase(
  db: Database,
  shopId: number,
  outcome: Outcome,
  now: Moment,
): Promise<void> {
  if (outcome === 'left') return
  await db.execute(
    `with settled as (
       update messages set state = $2, started_at = $3, counted_at = case when $2 = 'accepted' then $3::timestamptz end
       where shop_id = $1 and state = 'waiting' returning id)
     update reengagement_log l set state = case when $2 = 'accepted' then 'sent' else 'failed' end
     from settled where l.message_id = settled.id and l.state = 'reserved'`,
    [shopId, outcome, new Date(now)],
  )
}

const pick = <T>(list: readonly T[], place: number): T => list[place % list.length]!

/** Something that people or the shop do between two looks of the planners. */
export function happen(world: World, step: StepDraft, now: Moment): void {
  const product = pick(world.products, step.product)
  const personId = pick(world.people, step.person).id
  const root = world.people.find((record) => record.id === rootIdOf(world, personId))!
  const known = [...world.orders, ...world.alerts, ...world.priceEvents, ...world.cycles]
  const id = Math.max(world.shop.id * 1_000 + 500, ...known.map((one) => one.id)) + 1
  switch (step.event) {
    case 'none':
      return
    case 'opts_out':
      Object.assign(root, { consent: 'opted_out', consentAt: now })
      return
    case 'opts_in':
      Object.assign(root, { consent: 'opted_in', consentAt: now, metaStop: false, pausedAt: null })
      return
    case 'orders':
      world.orders.push({
        id,
        personId,
        counts: true,
        placedAt: now,
        paidAt: now,
        itemsMinor: 5_000,
        refundedMinor: 0,
        currency: 'EUR',
        productIds: [product.id],
      })
      return
    case 'views':
      world.views.push({
        personId,
        productId: product.id,
        at: now,
        priceMinor: product.priceMinor,
        isSoldOut: !product.isSellable,
      })
      return
    case 'writes':
      world.inbound.push({ personId, at: now, type: 'text' })
      return
    case 'answered':
      for (const record of world.people) record.handoffAt = null
      return
    case 'asks_stock':
    case 'asks_price': {
      askFor(world, {
        ...step,
        id,
        kind: step.event === 'asks_stock' ? 'back_in_stock' : 'price_below',
        anyVariation: true,
        thresholdMinor: step.priceMinor,
        askedAt: now,
        expiresAt: now + 90 * dayMs,
        isEnded: false,
      })
      return
    }
    case 'approved':
      for (const run of world.runs) if (run.state === 'held') approve(run, now)
      return
    case 'merged': {
      merge(world, personId)
      return
    }
    case 'switched_off':
      world.campaigns[step.person % 2]!.isOn = false
      return
    case 'price':
    case 'restock':
    case 'sold_out': {
      changeProduct(world, step, { id, now })
      return
    }
  }
}

/** The merchant says yes to what the brake has held. */
function approve(run: Run, now: Moment): void {
  run.state = 'new'
  run.isApproved = true
  run.nextWaveAt = Math.max(run.nextWaveAt, now)
}

/** The same in the database. */
export async function approveInDatabase(db: Database, shopId: number, now: Moment): Promise<void> {
  await db.transaction((tx) =>
    approveAllRuns(tx, { wake: () => undefined }, shopId, { name: 'oracle', now: new Date(now) }),
  )
}

function changeProduct(world: World, step: StepDraft, at: { id: number; now: Moment }): void {
  const { id, now } = at
  const product = pick(world.products, step.product)
  const open = world.cycles.find((cycle) => cycle.productId === product.id && cycle.closedAt === null)
  if (step.event === 'price') {
    const from = product.priceMinor
    product.priceMinor = step.priceMinor
    if (world.priceEvents.some((event) => event.productId === product.id && event.at === now)) return
    const change = { fromMinor: from, toMinor: step.priceMinor, at: now, seenAt: now }
    if (from !== step.priceMinor) world.priceEvents.push({ id, productId: product.id, ...change })
  } else if (step.event === 'sold_out') {
    Object.assign(product, { isInStock: false, isSellable: false })
    if (open !== undefined) open.closedAt = now
  } else if (open === undefined) {
    Object.assign(product, { isInStock: true, isSellable: product.priceMinor !== null })
    const times = { outSince: now - dayMs, openedAt: now, seenAt: now, closedAt: null }
    world.cycles.push({ id, productId: product.id, ...times })
  }
}

/** Two records turn out to be one person: the older stands for both. */
function merge(world: World, personId: number): void {
  const [first] = world.people
  const rootId = rootIdOf(world, personId)
  if (first === undefined || rootId === first.rootId) return
  for (const record of world.people) if (record.rootId === rootId) record.rootId = first.rootId
}
