import type { Tx } from '../platform/database.ts'
import { guardBudget, type NoteReserved } from './guard-budget.ts'
import { guardTier } from './guard-tier.ts'
import type { GuardedMessage, HeldBack } from './guarded-message.ts'

/**
 * What must never be exceeded by all senders together: Meta's messaging limit, the shop's budgets. Returns the messages that must wait; the
 * others are counted, and their price is set aside. Runs inside the transaction that stamps them, after every other check, so that what it
 * locks (portfolios, then days) is locked briefly.
 */
export async function applyGuards(
  tx: Tx,
  wanted: readonly GuardedMessage[],
  now: Date,
  noteReserved?: NoteReserved,
): Promise<Map<number, HeldBack>> {
  const tier = await guardTier(tx, wanted, now)
  const within = wanted.filter(({ id }) => !tier.held.has(id))
  const overBudget = await guardBudget(tx, within, now, noteReserved)
  await tier.record(within.filter(({ id }) => !overBudget.has(id)))
  return new Map([...tier.held, ...overBudget])
}
