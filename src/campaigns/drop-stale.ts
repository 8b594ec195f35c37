import { groupBy } from '../outbox/group-by.ts'
import type { ClaimedMessage, Prepared } from '../outbox/message.ts'
import type { Tx } from '../platform/database.ts'
import { isCampaignKind, kindOf } from './campaign-kinds.ts'
import type { Composing } from './composing.ts'
import {
  leaveMessage,
  listCandidaciesOfMessages,
  updateCandidacies,
  type MessageCandidacyRow,
} from './log-store.ts'
import { lockPersonFacts } from './person-facts.ts'
import type { ReasonCode } from './reasons.ts'

/** A message with what still holds of it, the most valuable first, and whom it goes to. */
export type Kept = Pick<Composing, 'message' | 'person' | 'candidacies'>

/**
 * Locks the people's budgets before anything else, and takes out what must not go any more. What nothing is left of, or nobody can get,
 * is answered at once.
 */
export async function dropStale(
  tx: Tx,
  messages: readonly ClaimedMessage[],
  now: Date,
): Promise<{ kept: Kept[]; answers: Map<number, Prepared> }> {
  const candidacies = await listCandidaciesOfMessages(
    tx,
    messages.map(({ id }) => id),
  )
  const personIds = [...new Set(candidacies.map(({ personId }) => personId))]
  const people = await lockPersonFacts(tx, personIds, now)
  const stale = await endStale(tx, candidacies, now)
  const candidaciesOf = groupBy(candidacies, ({ messageId }) => messageId)
  const kept: Kept[] = []
  const answers = new Map<number, Prepared>()
  for (const message of messages) {
    const own = candidaciesOf.get(message.id) ?? []
    const [first, ...others] = own.filter(({ id }) => !stale.has(id))
    if (first === undefined) {
      const reason = (own[0] === undefined ? undefined : stale.get(own[0].id)) ?? 'expired'
      answers.set(message.id, { kind: 'suppress', reason })
      continue
    }
    const person = people.get(first.personId)
    if (person === undefined) answers.set(message.id, { kind: 'suppress', reason: 'no_address' })
    else kept.push({ message, person, candidacies: [first, ...others] })
  }
  return { kept, answers }
}

/** Why each candidacy whose reason does not hold any more must not go; written to the log. */
async function endStale(
  tx: Tx,
  candidacies: readonly MessageCandidacyRow[],
  now: Date,
): Promise<ReadonlyMap<number, ReasonCode>> {
  const stale = await findStale(tx, candidacies, now)
  const updates = [...stale].map(([id, reason]) => ({
    id,
    state: reason === 'expired' ? ('expired' as const) : ('suppressed' as const),
    reason,
  }))
  await updateCandidacies(tx, updates, now)
  // A message of which nothing is left ends with its candidacies; from one that goes all the same, they are taken out.
  const going = new Set(candidacies.filter(({ id }) => !stale.has(id)).map(({ messageId }) => messageId))
  const left = candidacies.filter(({ id, messageId }) => stale.has(id) && going.has(messageId))
  await leaveMessage(
    tx,
    left.map(({ id }) => id),
  )
  return stale
}

async function findStale(
  tx: Tx,
  candidacies: readonly MessageCandidacyRow[],
  now: Date,
): Promise<Map<number, ReasonCode>> {
  const stale = new Map<number, ReasonCode>()
  for (const [kind, own] of groupBy(candidacies, (candidacy) => candidacy.kind)) {
    const found = isCampaignKind(kind)
      ? await kindOf(kind).findStale(tx, own, now)
      : own.map(({ id }) => [id, 'campaign_off'] as const)
    for (const [id, reason] of found) stale.set(id, reason)
  }
  return stale
}
