import type { SharedParts } from './app-parts.ts'
import { createPlannerDeps } from './app-planner.ts'
import { registerForgetting } from './app-forgetting.ts'
import { registerSaleLane } from './app-sales.ts'
import { syncTemplatesOfShop } from './app-shop-setup.ts'
import { runDaily } from './campaigns/daily/run-daily.ts'
import { retireCoupons } from './campaigns/loyalty-reward/coupon-store.ts'
import { couponLane } from './campaigns/loyalty-reward/ready-coupon.ts'
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
      const result = await syncTemplatesOfShop(parts, shopId)
      if (result.kind !== 'synced')
        log.warn({ shopId, ...result }, 'templates could not be read from WhatsApp')
    },
  })
}
