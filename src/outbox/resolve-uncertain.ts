import type { Tx } from '../platform/database.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import type { Ledger } from './decide-settlement.ts'
import { moveMessages } from './message-store.ts'
import type { MessageState } from './message.ts'
import { oneAfterAnother } from './one-after-another.ts'
import { countedAtOf, isMarketing } from './purpose.ts'
import type { RecoverDeps } from './recover-sends.ts'
import { listShopsWithUncertain, lockUncertain, queueAgain } from './uncertain-store.ts'

const batchSize = 500
const minuteMs = 60_000

/**
 * Ends the waiting for a status of messages that were never answered: a reply is sent once again, marketing is left alone as
 * `outcome_unknown` and goes on counting. Returns how many were resolved; a shop that fails keeps no other from its turn, and is told of
 * at the end.
 */
export async function resolveUncertain(deps: RecoverDeps): Promise<number> {
  const now = deps.clock.now()
  let resolved = 0
  await oneAfterAnother(await listShopsWithUncertain(deps.db), async ({ shopId }) => {
    resolved += await resolveOfShop(deps, shopId, now)
  })
  return resolved
}

async function resolveOfShop(deps: RecoverDeps, shopId: number, now: Date): Promise<number> {
  const { sending } = await loadShopSettings(deps.db, shopId)
  const since = new Date(now.getTime() - sending.uncertainMinutes * minuteMs)
  return deps.db.transaction(async (tx) => {
    const ledgers = await lockUncertain(tx, shopId, since, batchSize)
    await resolve(tx, deps, ledgers, now)
    return ledgers.length
  })
}

async function resolve(tx: Tx, deps: RecoverDeps, ledgers: readonly Ledger[], now: Date): Promise<void> {
  if (ledgers.length === 0) return
  const [again, ended] = [ledgers.filter(mayGoAgain), ledgers.filter((ledger) => !mayGoAgain(ledger))]
  await queueAgain(
    tx,
    again.map((ledger) => ledger.id),
    now,
  )
  const unknown = { state: 'outcome_unknown' as const, reason: 'outcome_unknown' }
  await moveMessages(
    tx,
    ended.map((ledger) => ({ ...ledger, ...unknown, countedAt: countedAtOf({ ...ledger, ...unknown }) })),
  )
  await deps.onChanged(
    tx,
    [
      ...again.map((ledger) => toChange(ledger, 'waiting', 'sent_again', now)),
      ...ended.map((ledger) => toChange(ledger, unknown.state, unknown.reason, now)),
    ],
    now,
  )
}

/** Of an uncertain message whose grace time is over. Once, whichever of its attempts it was. */
export function mayGoAgain({ purpose, sentAgainAt }: Pick<Ledger, 'purpose' | 'sentAgainAt'>): boolean {
  return !isMarketing(purpose) && sentAgainAt === null
}

function toChange(ledger: Ledger, state: MessageState, reason: string, now: Date) {
  const { id, shopId, personId, purpose, errorCode } = ledger
  return { messageId: id, shopId, personId, purpose, state, reason, errorCode, at: now }
}
