import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { resolvePassed } from '../shops/notice-store.ts'
import { startOfDayIn } from '../shops/shop-day.ts'
import { loadShop } from '../shops/shop-store.ts'
import { forgetContacts } from './tier-store.ts'

const hourMs = 3_600_000
const batchSize = 5_000

/** Closes what was told of a state that has passed by itself, and forgets whom no moving day counts any more. */
export async function tidySending(
  { db, clock }: { db: Database; clock: Clock },
  shopId: number,
): Promise<void> {
  const now = clock.now()
  const ago = (hours: number): Date => new Date(now.getTime() - hours * hourMs)
  const { timeZone } = await loadShop(db, shopId)
  const today = startOfDayIn(timeZone, now)
  await resolvePassed(db, { shopId, codes: ['number_slowed', 'number_paused'], before: ago(1), now })
  await resolvePassed(db, { shopId, codes: ['messaging_tier_reached'], before: ago(24), now })
  await resolvePassed(db, { shopId, codes: ['budget_reached'], before: today, now })
  while ((await forgetContacts(db, shopId, ago(24), batchSize)) === batchSize);
}
