import type { Connections } from './app-connections.ts'
import type { FieldUpdate } from './connectors/meta/webhook-types.ts'
import { readMetaUpdate } from './intake/event-payload.ts'
import { done, ignored, type HandleEvent } from './intake/inbox-event.ts'
import { sendLane } from './outbox/enqueue-message.ts'
import { followTier } from './outbox/follow-tier.ts'
import { pauseNumber } from './outbox/pace-store.ts'
import { releaseWaiting } from './outbox/release-waiting.ts'
import type { Clock } from './platform/clock.ts'
import type { Database } from './platform/database.ts'
import { applyAccountUpdate } from './shops/account-updates.ts'
import { checkNumbers, type FailedCheck } from './shops/check-numbers.ts'
import { accountFields } from './shops/decide-account-update.ts'

/** What Meta tells of the account, its numbers and its portfolio, by the kinds under which the inbox knows it. */
export function createAccountHandlers(wake: (lane: string) => void): Record<string, HandleEvent> {
  const deps = { pauseNumber, release: releaseWaiting, onTierChanged: followTier }
  const handle: HandleEvent = async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const { field, value, origin, at } = readMetaUpdate(event.payload) as FieldUpdate
    const { shopId, receivedAt: now } = event
    const about = { shopId, wabaMetaId: origin.wabaId, field, value, at, now }
    const outcome = await applyAccountUpdate(tx, deps, about)
    if (outcome !== 'done') return ignored(outcome)
    tx.afterCommit(() => wake(sendLane))
    return done
  }
  return Object.fromEntries(accountFields.map((field) => [`field:${field}`, handle]))
}

/** Rate, quality and messaging limit of a shop's numbers, as WhatsApp has them now. */
export function checkNumbersOfShop(
  { db, clock, connections }: { db: Database; clock: Clock; connections: Connections },
  shopId: number,
): Promise<FailedCheck[]> {
  const cloudApiOf = (id: number) => connections.cloudApiOf(id)
  return checkNumbers({ db, clock, cloudApiOf, onTierChanged: followTier }, shopId)
}
