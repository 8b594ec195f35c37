import { applyGuards } from './outbox/apply-guards.ts'
import { unsentStates } from './outbox/decide-set-aside.ts'
import type { GuardedMessage } from './outbox/guarded-message.ts'
import type { MessageChange } from './outbox/message.ts'
import type { Ready } from './outbox/render-batch.ts'
import { returnSpend } from './outbox/return-spend.ts'
import type { Guard } from './outbox/start-batch.ts'
import type { Tx } from './platform/database.ts'

/** Budget and messaging limit, for the sender: the last look before messages are stamped. */
export const guardSending: Guard = (tx, { number, ready, now, reserved }) =>
  applyGuards(
    tx,
    ready.map((one) => toGuarded(one, number.wabaId)),
    now,
    (_, rows) => {
      for (const { id, micros, day } of rows) reserved.set(id, { micros, day })
      return Promise.resolve()
    },
  )

function toGuarded(
  { row, recipient, content, country, isWindowOpen }: Ready,
  wabaId: number,
): GuardedMessage {
  const { id, shopId, campaignId, purpose } = row
  const sentTo = recipient.kind === 'number' ? recipient.number : recipient.bsuid
  return {
    id,
    shopId,
    campaignId,
    purpose,
    wabaId,
    country,
    isTemplate: content.kind === 'template',
    isWindowOpen,
    sentTo,
  }
}

/** What is not on its way costs nothing; one that is tried again is set aside for again. */
export async function returnSpendOfUnsent(tx: Tx, changes: readonly MessageChange[]): Promise<void> {
  await returnSpend(
    tx,
    changes.filter(({ state }) => unsentStates.includes(state)).map(({ messageId }) => messageId),
  )
}
