import type { Tx } from '../platform/database.ts'
import type { MessageChange, MessageState, OnMessagesChanged } from '../outbox/message.ts'
import { listAlertsOfMessages, listCandidaciesWithCoupon } from './follow-messages-store.ts'
import { followMessageStates, type CandidacyUpdate } from './log-store.ts'
import { releaseCoupons } from './loyalty-reward/coupon-store.ts'

export interface FollowDeps {
  /** An alert is answered once WhatsApp has accepted its message … */
  answerAlerts: (tx: Tx, alertIds: readonly number[], now: Date) => Promise<void>
  /** … and open again if the message turns out not to have come. */
  reopenAlerts: (tx: Tx, alertIds: readonly number[], now: Date) => Promise<void>
}

const answered: readonly MessageState[] = ['accepted', 'sent', 'delivered', 'read']
const notTold: readonly MessageState[] = ['failed', 'suppressed', 'expired']

/** Writes what became of messages to the re-engagement log and to the alerts they answer. */
export function createFollowMessages(deps: FollowDeps): OnMessagesChanged {
  return async (tx, changes, now) => {
    const ours = changes.filter((change) => change.purpose === 'alert' || change.purpose === 'campaign')
    if (ours.length === 0) return
    await followMessageStates(
      tx,
      ours.map((change) => ({
        messageId: change.messageId,
        state: candidacyStateOf(change.state),
        reason: reasonOf(change),
      })),
      now,
    )
    await deps.answerAlerts(tx, await alertsOf(tx, ours, answered), now)
    await deps.reopenAlerts(tx, await alertsOf(tx, ours, notTold), now)
    await releaseCoupons(tx, await withCoupons(tx, ours), now)
  }
}

// While nobody knows whether it came, a coupon stays.
function withCoupons(tx: Tx, changes: readonly MessageChange[]): Promise<{ candidacyId: number }[]> {
  const ended = changes.filter(({ purpose, state }) => purpose === 'campaign' && notTold.includes(state))
  return listCandidaciesWithCoupon(
    tx,
    ended.map((change) => change.messageId),
  )
}

async function alertsOf(
  tx: Tx,
  changes: readonly MessageChange[],
  states: readonly MessageState[],
): Promise<number[]> {
  const ids = changes
    .filter((change) => change.purpose === 'alert' && states.includes(change.state))
    .map((change) => change.messageId)
  return ids.length === 0 ? [] : listAlertsOfMessages(tx, ids)
}

export function candidacyStateOf(state: MessageState): CandidacyUpdate['state'] {
  switch (state) {
    case 'waiting':
    case 'sending':
      return 'reserved'
    case 'uncertain':
      return 'uncertain'
    case 'accepted':
    case 'sent':
      return 'sent'
    case 'delivered':
    case 'read':
      return 'delivered'
    case 'outcome_unknown':
      return 'unknown'
    case 'failed':
    case 'suppressed':
    case 'expired':
    case 'held_out':
      return state
  }
}

function reasonOf(change: MessageChange): string | null {
  return change.state === 'outcome_unknown' ? 'outcome_unknown' : change.reason
}
