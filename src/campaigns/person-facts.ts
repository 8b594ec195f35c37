import type { Tx } from '../platform/database.ts'
import type { CountedMessage } from './decide-cap.ts'
import {
  listCountedMessages,
  listPersonRows,
  lockContactBudgets,
  makeContactBudgets,
  type PersonRow,
} from './person-facts-store.ts'

/** No cap looks further back than this. */
export const capWindowDays = 60

/** What decisions about one person (the root of merged records) need. */
export interface PersonFacts extends PersonRow {
  counted: CountedMessage[]
}

/**
 * Locks the people's budgets, in id order, and only then reads what counts: counted in the locking statement itself, the snapshot
 * from before the wait would be used, and planners beside each other would all go over the cap.
 */
export async function lockPersonFacts(
  tx: Tx,
  personIds: readonly number[],
  options: { now: Date; windowDays: number; exceptMessageId?: number },
): Promise<Map<number, PersonFacts>> {
  await makeContactBudgets(tx, personIds)
  await lockContactBudgets(tx, personIds)
  const since = new Date(options.now.getTime() - options.windowDays * 86_400_000)
  const rows = await listPersonRows(tx, personIds, options.now)
  const counted = await listCountedMessages(tx, personIds, {
    since,
    exceptMessageId: options.exceptMessageId,
  })
  const facts = new Map(rows.map((row) => [row.personId, { ...row, counted: [] as CountedMessage[] }]))
  for (const message of counted)
    facts.get(message.personId)?.counted.push({ at: message.at, purpose: message.purpose })
  return facts
}
