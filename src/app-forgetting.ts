import type { AppParts } from './app-parts.ts'
import { forgetDecisions, loadLongestRepeatDays } from './campaigns/forget-decisions-store.ts'
import { forgetChanges } from './catalog/forget-changes-store.ts'
import { forgetReceivedTexts } from './chatbot/forget-texts-store.ts'
import { forgetDeliveries, forgetPayloads } from './intake/forget-bodies-store.ts'
import { forgetContactLevels } from './outbox/contact-pace-store.ts'
import { forgetSentTexts } from './outbox/forget-texts-store.ts'
import { forgetAlerts, forgetViews } from './people/forget-interest-store.ts'
import { forgetInBatches, type Forgetting } from './platform/forget-in-batches.ts'
import type { Schedule } from './platform/schedule.ts'
import { forgetClicks } from './results/forget-clicks-store.ts'
import type { ShopSettings } from './shops/shop-settings.ts'
import { listShops, loadShopSettings } from './shops/shop-store.ts'

type Deps = Pick<AppParts, 'db' | 'clock' | 'log'>

const runMs = 60_000
const dayMs = 86_400_000

/** Every night each room forgets its own, in small batches; what a night is too short for, the next goes on with. */
export function registerForgetting(deps: Deps, schedule: Schedule): void {
  const every = { dailyAt: '03:30' }
  schedule.register({
    job: 'forget',
    every,
    per: 'shop',
    catchUpHours: 20,
    run: async (_slot, shopId) => forget(deps, shopId, await ofShop(deps, shopId)),
  })
  schedule.register({
    job: 'forget-shared',
    every,
    per: 'installation',
    catchUpHours: 20,
    run: async () => forget(deps, null, await ofNoShop(deps)),
  })
}

async function forget(
  { log }: Deps,
  shopId: number | null,
  forgettings: readonly Forgetting[],
): Promise<void> {
  const { counts, isComplete } = await forgetInBatches(forgettings, { forMs: runMs })
  log.info(
    { shopId, ...counts },
    isComplete ? 'what is past its time was forgotten' : 'a part of what is past its time was forgotten',
  )
}

async function ofShop({ db, clock }: Deps, shopId: number): Promise<Forgetting[]> {
  const settings = await loadShopSettings(db, shopId)
  const { retention } = settings
  const now = clock.now()
  const views = { shopId, before: daysBefore(now, retention.viewDays) }
  const bodies = { shopId, before: daysBefore(now, retention.rawBodyDays) }
  const texts = { shopId, before: daysBefore(now, retention.messageTextDays) }
  const changes = { shopId, before: daysBefore(now, retention.changeDays) }
  const before = daysBefore(now, retention.decisionDays)
  const toldBefore = daysBefore(now, longestMemory(settings, await loadLongestRepeatDays(db, shopId)))
  return [
    { what: 'views', batch: (after) => forgetViews(db, { ...views, after }) },
    { what: 'clicks', batch: (after) => forgetClicks(db, { ...views, after }) },
    { what: 'deliveries', batch: (after) => forgetDeliveries(db, { ...bodies, after }) },
    { what: 'payloads', batch: () => forgetPayloads(db, bodies) },
    { what: 'sentTexts', batch: () => forgetSentTexts(db, texts) },
    { what: 'receivedTexts', batch: () => forgetReceivedTexts(db, texts) },
    { what: 'decisions', batch: (after) => forgetDecisions(db, { shopId, before, toldBefore, after }) },
    { what: 'alerts', batch: (after) => forgetAlerts(db, { shopId, before, after }) },
    { what: 'stockEvents', batch: (after) => forgetChanges(db, 'stock_events', { ...changes, after }) },
    { what: 'priceEvents', batch: (after) => forgetChanges(db, 'price_events', { ...changes, after }) },
  ]
}

/** Meta's deliveries may hold several shops, so the shortest of their times counts for them. */
async function ofNoShop({ db, clock }: Deps): Promise<Forgetting[]> {
  const days: number[] = []
  for (const { id } of await listShops(db)) days.push((await loadShopSettings(db, id)).retention.rawBodyDays)
  if (days.length === 0) return []
  const bodies = { shopId: null, before: daysBefore(clock.now(), Math.min(...days)) }
  return [
    { what: 'deliveries', batch: (after) => forgetDeliveries(db, { ...bodies, after }) },
    { what: 'payloads', batch: () => forgetPayloads(db, bodies) },
    { what: 'contactLevels', batch: () => forgetContactLevels(db, clock.now()) },
  ]
}

// Campaigns look back at what somebody was told at most a year by their defaults, else as far as their settings or the win-backs' say.
const yearDays = 365

function longestMemory({ retention, winBack }: ShopSettings, repeatDays: number): number {
  const { inactiveUntilDays, restDays, spacingDays } = winBack
  return Math.max(retention.decisionDays, yearDays, repeatDays, inactiveUntilDays, restDays, spacingDays)
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs)
}
