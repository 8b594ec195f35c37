import type { Tx } from '../platform/database.ts'
import { listShopsOfPortfolio, type TierChange } from '../shops/account-update-store.ts'
import { readMessagingTier } from '../shops/messaging-tier.ts'
import { resolveNotice } from '../shops/notice-store.ts'
import { releaseWaiting } from './release-waiting.ts'
import { countFromMessages, saveLine } from './tier-store.ts'

const dayMs = 86_400_000

/** A portfolio has another messaging limit: what waited for room looks again, and where nobody was counted so far, they are now. */
export async function followTier(tx: Tx, change: TierChange, now: Date): Promise<void> {
  const [before, after] = [readMessagingTier(change.before), readMessagingTier(change.after)]
  if (before.kind === 'unlimited' && after.kind === 'limited')
    await countFromMessages(tx, change.portfolioId, new Date(now.getTime() - dayMs))
  const isLess = before.kind === 'limited' && after.kind === 'limited' && after.people < before.people
  if (isLess) return
  await saveLine(tx, change.portfolioId, null)
  for (const shopId of await listShopsOfPortfolio(tx, change.portfolioId)) {
    await releaseWaiting(tx, { shopId, reasons: ['tier_reached'] }, now)
    await resolveNotice(tx, { shopId, code: 'messaging_tier_reached', subject: '', now })
  }
}
