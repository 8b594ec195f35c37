import { checkNumbersOfShop } from './app-account.ts'
import type { SharedParts } from './app-parts.ts'
import { createPlannerDeps } from './app-planner.ts'
import { registerForgetting } from './app-forgetting.ts'
import { registerSaleLane } from './app-sales.ts'
import { tendTemplatesOfShop } from './app-templates.ts'
import { runDaily } from './campaigns/daily/run-daily.ts'
import { retireCoupons } from './campaigns/loyalty-reward/coupon-store.ts'
import { couponLane } from './campaigns/loyalty-reward/ready-coupon.ts'
import { tidySending } from './outbox/tidy-sending.ts'
import { expireAlerts } from './people/alerts.ts'
import { settlePauses } from './people/settle-pauses.ts'
import type { Schedule } from './platform/schedule.ts'
import { loadShopSettings } from './shops/shop-store.ts'

/** What is done by the clock. */
export function registerJobs(parts: SharedParts, schedule: Schedule): void {
  const { db, clock, handlers, log } = parts
  registerForgetting(parts, schedule)
  registerSaleLane(parts)
  schedule.register({
    job: 'expire-alerts',
    every: { minutes: 60 },
    per: 'installation',
    catchUpHours: 24,
    run: async () => {
      await expireAlerts(db, clock.now())
    },
  })
  schedule.register({
    job: 'daily-run',
    every: { dailyAt: '09:00' },
    everyOf: async (shopId) => ({ dailyAt: (await loadShopSettings(db, shopId)).dailyRun.at }),
    per: 'shop',
    catchUpHours: 12,
    run: (slot, shopId) => runDaily(createPlannerDeps(parts), shopId, slot),
  })
  schedule.register({
    job: 'retire-coupons',
    every: { minutes: 60 },
    per: 'installation',
    catchUpHours: 24,
    run: async () => {
      if ((await retireCoupons(db, clock.now())) > 0) parts.lanes.wake(couponLane)
    },
  })
  schedule.register({
    job: 'settle-pauses',
    every: { minutes: 5 },
    per: 'shop',
    catchUpHours: 24,
    run: async (_slot, shopId) => {
      const { consent } = await loadShopSettings(db, shopId)
      await settlePauses({ ...handlers.consent, db, clock, shopId, pauseHours: consent.pauseHours })
    },
  })
  schedule.register({
    job: 'sync-templates',
    every: { minutes: 60 },
    per: 'shop',
    catchUpHours: 1,
    run: async (_slot, shopId) => {
      const deps = {
        ...parts,
        wake: parts.lanes.wake,
        publicUrl: parts.publicUrl(),
        graphUrl: parts.graph.url,
      }
      const trouble = await tendTemplatesOfShop(deps, shopId)
      if (trouble !== undefined) log.warn({ shopId, trouble }, 'templates could not be read or made')
    },
  })
  schedule.register({
    job: 'check-numbers',
    every: { minutes: 60 },
    per: 'shop',
    catchUpHours: 1,
    run: async (_slot, shopId) => {
      const failed = await checkNumbersOfShop(parts, shopId)
      if (failed.length > 0) log.warn({ shopId, failed }, 'numbers could not be read from WhatsApp')
      await tidySending(parts, shopId)
    },
  })
}
