import { guardSending } from './app-guards.ts'
import type { SharedParts } from './app-parts.ts'
import { createPlannerDeps } from './app-planner.ts'
import { planCampaigns } from './campaigns/plan-campaigns.ts'
import { workOnCoupons } from './campaigns/loyalty-reward/coupon-lane.ts'
import { couponLane } from './campaigns/loyalty-reward/ready-coupon.ts'
import { createPrepareMessages } from './campaigns/prepare-messages.ts'
import { continueImports } from './catalog/import/continue-imports.ts'
import { readInboxLag } from './intake/inbox-lag-store.ts'
import { createInboxProcessor, inboxLane } from './intake/inbox-processor.ts'
import { applyOrderVersion } from './orders/apply-order-version.ts'
import { createCampaignBrake } from './outbox/campaign-brake.ts'
import { sendLane } from './outbox/enqueue-message.ts'
import { guardCountries } from './outbox/guard-country.ts'
import { guardRampUp } from './outbox/guard-ramp-up.ts'
import { countInbound } from './outbox/pace-store.ts'
import { releaseTier } from './outbox/release-tier.ts'
import { returnSpend } from './outbox/return-spend.ts'
import { createSender } from './outbox/sender.ts'
import { settleUnanswered } from './outbox/settle-unanswered.ts'
import { returnRampUpOfUncalled } from './outbox/take-ramp-up.ts'
import { attributeLane, attributeOrders } from './results/attribute-orders.ts'
import { findNumberByMetaId, findShopOfWaba } from './shops/number-store.ts'
import { loadShop } from './shops/shop-store.ts'

/** What is worked on, each lane by its own kind of row: the queue only says when to look. */
export function registerLanes(parts: SharedParts): void {
  const { db, clock, log, random, lanes, connections, handlers, metrics } = parts
  const inbox = createInboxProcessor({
    db,
    clock,
    log,
    metrics,
    handlers: handlers.inbox,
    findNumber: findNumberByMetaId,
    findShopOfWaba,
    onInbound: (phoneNumberMetaId, count) => {
      countInbound(db, phoneNumberMetaId, count).catch((thrown: unknown) => {
        log.warn({ err: thrown }, 'What came in could not be counted against the pace')
      })
    },
  })
  // More than one at a time, so that statuses do not wait behind a round of messages.
  lanes.register(inboxLane, () => inbox.work(), { concurrency: 3 })

  const catalog = {
    ...handlers.catalog,
    db,
    clock,
    wooClientOf: (shopId: number) => connections.wooClientOf(shopId),
  }
  const planner = createPlannerDeps(parts)
  lanes.register('campaigns', () => planCampaigns(planner))
  const prepare = createPrepareMessages({ links: parts.links, wake: lanes.wake })

  const coupons = { db, clock, log, wooClientOf: catalog.wooClientOf }
  lanes.register(couponLane, () => workOnCoupons(coupons))

  const recover = { db, clock, onChanged: handlers.onMessagesChanged }
  const sender = createSender({
    ...handlers.settle,
    db,
    clock,
    random,
    log,
    pace: parts.pace,
    definitions: parts.definitions,
    prepare: { alert: prepare, campaign: prepare },
    brake: createCampaignBrake({ clock, log, lagMs: readInboxLag }),
    guards: [guardCountries, guardRampUp(guardSending)],
    onHandedBack: async (tx, messageIds) => {
      await returnRampUpOfUncalled(tx, messageIds)
      await returnSpend(tx, messageIds)
    },
    cloudApiOf: (shopId) => connections.cloudApiOf(shopId),
  })
  lanes.register(sendLane, () => sender.work(), {
    settled: () => sender.settled(),
    end: () => sender.stop(),
  })
  lanes.register('outbox.settle', () => settleUnanswered(recover))
  lanes.register('outbox.tier', async () => {
    const released = await releaseTier({ db, clock })
    if (released > 0) lanes.wake(sendLane)
    return released
  })

  lanes.register(attributeLane, () => attributeOrders(parts))

  lanes.register('import', () =>
    continueImports({
      ...catalog,
      log,
      loadShop: (shopId) => loadShop(db, shopId),
      importCustomer: handlers.importCustomer,
      importOrder: async (tx, shopId, order, now) => {
        await applyOrderVersion(tx, handlers.orders, shopId, { order, now })
      },
    }),
  )
}
