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
const capWindowDays = 60

/** What decisions about one person (the root of merged records) need. */
export interface PersonFacts extends PersonRow {
  counted: (CountedMessage & { messageId: number })[]
}

/**
 * Locks the people's budgets, in id order, and only then reads what counts: counted in the locking statement itself, the snapshot
 * from before the wait would be used, and planners beside each other would all go over the cap.
 */
export async function lockPersonFacts(
  tx: Tx,
  personIds: readonly number[],
  now: Date,
): Promise<Map<number, PersonFacts>> {
  await makeContactBudgets(tx, personIds)
  await lockContactBudgets(tx, personIds)
  const since = new Date(now.getTime() - capWindowDays * 86_400_000)
  const rows = await listPersonRows(tx, personIds, now)
  const facts = new Map(rows.map((row) => [row.personId, { ...row, counted: [] as PersonFacts['counted'] }]))
  for (const { personId, ...message } of await listCountedMessages(tx, personIds, since))
    facts.get(personId)?.counted.push(message)
  return facts
}
