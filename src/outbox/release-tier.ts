import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { readMessagingTier } from '../shops/messaging-tier.ts'
import { mayHaveLeft } from './decide-tier.ts'
import { countAgain } from './guard-tier.ts'
import { oneAfterAnother } from './one-after-another.ts'
import { listPortfoliosInLine, releaseFirstInLine } from './tier-line-store.ts'
import { lockPortfolios } from './tier-store.ts'

const atOnce = 500

/**
 * As many of those who wait for Meta's messaging limit as it has room for are due now, those who have waited longest first: when people
 * leave the moving day, and when others who had their place did not need it. Returns how many.
 */
export async function releaseTier({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const now = clock.now()
  let released = 0
  await oneAfterAnother(await listPortfoliosInLine(db), async (portfolioId) => {
    released += await db.transaction((tx) => releaseOfPortfolio(tx, portfolioId, now))
  })
  return released
}

async function releaseOfPortfolio(tx: Tx, portfolioId: number, now: Date): Promise<number> {
  const [row] = await lockPortfolios(tx, [portfolioId])
  if (row === undefined) return 0
  const tier = readMessagingTier(row.messagingTier)
  const roomOf = (): number => (tier.kind === 'limited' ? tier.people - row.contactsAtMost : atOnce)
  if (tier.kind === 'limited' && roomOf() <= 0 && mayHaveLeft(row, tier.people, now))
    await countAgain(tx, row, now)
  const room = Math.min(roomOf(), atOnce)
  return room <= 0 ? 0 : releaseFirstInLine(tx, portfolioId, room, now)
}
