import type { Tx } from '../platform/database.ts'
import { saveHolds } from './account-update-store.ts'
import { writeAudit, type Actor } from './audit-store.ts'
import { endShown, freeHold } from './decide-number-hold.ts'
import { resolveNotice } from './notice-store.ts'
import { lockNumbersOfShop } from './number-store.ts'

/**
 * Somebody has looked: the shop's numbers, or this one, may send again, also where Meta's restriction was to last. Returns how many had been
 * stopped or restricted.
 */
export async function startNumbers(
  tx: Tx,
  which: { shopId: number; numberId?: number },
  by: Actor,
): Promise<number> {
  const { shopId, numberId } = which
  const all = await lockNumbersOfShop(tx, shopId)
  const held = all.filter(
    (number) =>
      (numberId === undefined || number.id === numberId) &&
      (number.state === 'stopped' || number.restrictedUntil !== null),
  )
  await saveHolds(
    tx,
    held.map(({ id }) => ({ id, ...freeHold })),
    by.now,
  )
  for (const { id, displayPhoneNumber: subject, wabaMetaId, state, stateReason, restrictedUntil } of held) {
    for (const code of ['number_stopped', 'number_restricted'] as const)
      await resolveNotice(tx, { shopId, code, subject, now: by.now })
    await resolveNotice(tx, { shopId, code: 'account_restricted', subject: wabaMetaId, now: by.now })
    const before = { state, reason: stateReason, restrictedUntil: endShown(restrictedUntil) }
    await writeAudit(tx, { shopId, action: 'number.started', subject: `number:${id}`, before }, by)
  }
  return held.length
}
