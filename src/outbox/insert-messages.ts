import type { Tx } from '../platform/database.ts'
import type { Random } from '../platform/random.ts'
import { linkCandidacies } from './message-candidacies.ts'
import { insertRows } from './message-store.ts'
import type { Content, Purpose } from './message.ts'
import { countedAtOf, laneOf } from './purpose.ts'

export interface NewMessage {
  shopId: number
  personId: number
  phoneNumberId: number
  purpose: Purpose
  /** Of the candidacy it answers; null or left out: no campaign's. */
  campaignId?: number | null
  /** Null: the purpose's owner composes it right before sending. */
  content: Content | null
  /** Asking again with the same key makes no second message. */
  uniqueKey: string | null
  dueAt: Date
  expiresAt: Date | null
  candidacyIds?: readonly number[]
  /** It is never sent, but counts as if it were. */
  isHeldOut?: boolean
}

/** The ids of the new messages, in the order given; undefined where one with the same unique key exists already. */
export async function insertMessages(
  tx: Tx,
  deps: { random: Random },
  messages: readonly NewMessage[],
  now: Date,
): Promise<(number | undefined)[]> {
  if (messages.length === 0) return []
  // They begin with the time, so that those written together lie together in their index.
  const written = now.getTime().toString(36)
  const rows = messages.map((message) => ({
    ...message,
    campaignId: message.campaignId ?? null,
    lane: laneOf(message.purpose),
    state: message.isHeldOut === true ? ('held_out' as const) : ('waiting' as const),
    callbackId: `${written}${deps.random.token()}`,
    countedAt: countedAtOf({ ...message, state: 'waiting', startedAt: null }),
  }))
  const inserted = await insertRows(tx, rows, now)
  const idOf = new Map(inserted.map((row) => [row.callbackId, row.id]))
  const ids = rows.map((row) => idOf.get(row.callbackId))
  const links = messages.flatMap(({ candidacyIds = [] }, at) => {
    const messageId = ids[at]
    return messageId === undefined ? [] : candidacyIds.map((candidacyId) => ({ candidacyId, messageId }))
  })
  await linkCandidacies(tx, links)
  return ids
}
