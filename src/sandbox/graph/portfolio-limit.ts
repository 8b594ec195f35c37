import { createFifo } from '../fifo.ts'
import { isWindowOpen, type Person } from './graph-state.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

export interface PortfolioLimit {
  /** Counts the person if so. Inside an open window nobody counts. */
  mayReach(person: Person, nowMs: number): boolean
}

const dayMs = 24 * 60 * 60 * 1000

/** The messaging limit: unique people written to outside their window in a moving 24 hours (messaging-limits). */
export function createPortfolioLimit(settings: WhatsAppSettings): PortfolioLimit {
  const lastMs = new Map<string, number>()
  const reached = createFifo<{ id: string; atMs: number }>()
  const forgetOld = (nowMs: number): void => {
    for (let old = reached.first(); old !== undefined && old.atMs <= nowMs - dayMs; old = reached.first()) {
      reached.shift()
      if (lastMs.get(old.id) === old.atMs) lastMs.delete(old.id)
    }
  }
  return {
    mayReach: (person, nowMs) => {
      const { messagingLimit } = settings
      if (messagingLimit === null || isWindowOpen(person, nowMs)) return true
      const { id } = person
      forgetOld(nowMs)
      if (!lastMs.has(id) && lastMs.size >= messagingLimit) return false
      lastMs.set(id, nowMs)
      reached.push({ id, atMs: nowMs })
      return true
    },
  }
}

/** As GET /{phone number id} names it: TIER_250, TIER_2K, TIER_UNLIMITED. */
export function tierOf(limit: number | null): string {
  if (limit === null) return 'TIER_UNLIMITED'
  return limit >= 1_000 && limit % 1_000 === 0 ? `TIER_${limit / 1_000}K` : `TIER_${limit}`
}
