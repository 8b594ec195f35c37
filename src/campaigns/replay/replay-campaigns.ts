import { createStandingClock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database.ts'
import { runDry, type DryDatabase } from '../../platform/dry-run.ts'
import { slotsBetween } from '../../platform/slots.ts'
import { changeShopSettings } from '../../shops/change-settings.ts'
import { loadShop, loadShopSettings } from '../../shops/shop-store.ts'
import { findCampaignConflicts } from '../campaign-memory.ts'
import { kindNamed } from '../campaign-rules.ts'
import { changeCampaign, type CampaignChange } from '../change-campaign.ts'
import { openDailyRun } from '../daily/run-store.ts'
import { planShop } from '../plan-campaigns.ts'
import type { PlannerDeps } from '../planner.ts'
import {
  countDifferences,
  countOutcomes,
  listDifferences,
  pairOutcomes,
  type Difference,
  type OutcomeCount,
} from './compare-store.ts'
import { gatherFacts, takeInFacts } from './facts-store.ts'
import { listRunStarts, openPast, type Span } from './past-store.ts'
import { findNextMoment, sendReserved } from './step-store.ts'

export interface ReplayDeps extends Pick<PlannerDeps, 'random' | 'log'> {
  db: Database
}

export interface ReplayQuestion {
  shopId: number
  days: number
  now: Date
  /** What is different from the settings in force. */
  changes: {
    /** As a patch of the shop's settings. */
    settings?: unknown
    /** By kind. */
    campaigns?: Readonly<Record<string, CampaignChange>> | undefined
  }
  /** How many differences to show one by one. */
  limit: number
  maximumMs: number
  /** Told now and then how far it is: a moment of the span. */
  onProgress?: (at: Date) => void
}

export interface Replay {
  span: Span
  outcomes: OutcomeCount[]
  differences: { count: number; first: Difference[] }
}

const dayMs = 86_400_000
/** Within one moment, planning and sending take turns until nothing is left; it never took more than a few. */
const mostTurns = 50

/**
 * Decides a shop's last days again under other settings, and puts the outcome beside what happened. The planners themselves decide, on
 * tables of the replay's own, moment by moment; what is reserved counts as sent. What a replay cannot know is listed in
 * docs/campaigns.md. Throws what changing the settings throws, and HubError `dry_run_too_long`.
 */
export function replayCampaigns(deps: ReplayDeps, question: ReplayQuestion): Promise<Replay> {
  const { shopId, now } = question
  const span = { shopId, start: new Date(now.getTime() - question.days * dayMs), end: now }
  const limits = { totalMs: question.maximumMs, lockMs: 3_000 }
  return runDry(deps.db, limits, async (dry, tx) => {
    await openPast(tx, span)
    await gatherFacts(tx, span)
    await change(tx, span, question.changes)
    await play(deps, { dry, tx, span, onProgress: question.onProgress })
    await pairOutcomes(tx, span)
    return {
      span,
      outcomes: await countOutcomes(tx),
      differences: { count: await countDifferences(tx), first: await listDifferences(tx, question.limit) },
    }
  })
}

async function change(tx: Tx, { shopId, start }: Span, changes: ReplayQuestion['changes']): Promise<void> {
  const by = { name: 'replay', now: start }
  if (changes.settings !== undefined) {
    const patch = { shopId, patch: changes.settings }
    await changeShopSettings(tx, { findConflicts: findCampaignConflicts }, patch, by)
  }
  for (const [kind, rules] of Object.entries(changes.campaigns ?? {}))
    await changeCampaign(tx, { shopId, kind: kindNamed(kind) }, rules, by)
}

interface Playing {
  dry: DryDatabase
  tx: Tx
  span: Span
  onProgress: ((at: Date) => void) | undefined
}

async function play(deps: ReplayDeps, { dry, tx, span, onProgress }: Playing): Promise<void> {
  const clock = createStandingClock(span.start)
  const planner: PlannerDeps = {
    db: dry,
    clock,
    random: deps.random,
    log: deps.log.child({}, { level: 'silent' }),
    wake: () => undefined,
    rereadProducts: async (_shopId, productIds) => new Set(productIds),
  }
  const slots = await listSlots(tx, span)
  for (let from = span.start; ;) {
    const due = await findNextMoment(tx, from, span.end)
    const next = slots[0]
    const to = earliest(due, next?.at)
    if (to === undefined) return
    await takeInFacts(tx, { shopId: span.shopId, from, to })
    clock.set(to)
    if (next?.at.getTime() === to.getTime()) {
      slots.shift()
      await openDailyRun(tx, { shopId: span.shopId, slot: next.slot, now: to })
    }
    await settle(planner, tx, span.shopId)
    onProgress?.(to)
    from = to
  }
}

/** The daily runs of the span, each at its slot; what ran late, because nothing ran at its hour, is late here, too. */
async function listSlots(tx: Tx, { shopId, start, end }: Span): Promise<{ slot: Date; at: Date }[]> {
  const { timeZone } = await loadShop(tx, shopId)
  const { dailyRun } = await loadShopSettings(tx, shopId)
  const slots = slotsBetween({ dailyAt: dailyRun.at }, timeZone, start, end)
  const startedAt = await listRunStarts(tx, shopId, slots)
  return slots
    .map((slot) => ({ slot, at: new Date(Math.max(slot.getTime(), startedAt.get(slot.getTime()) ?? 0)) }))
    .filter(({ at }) => at <= end)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.slot.getTime() - b.slot.getTime())
}

async function settle(planner: PlannerDeps, tx: Tx, shopId: number): Promise<void> {
  const shop = await loadShop(tx, shopId)
  for (let turn = 0; turn < mostTurns; turn++) {
    const handled = await planShop(planner, shop)
    const sent = await sendReserved(tx, planner.clock.now())
    if (handled === 0 && sent === 0) return
  }
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one < other ? one : other
}
