import type { Tx } from '../platform/database.ts'
import { writeAudit, type Actor } from './audit-store.ts'
import { findSendingStop, saveSendingStop } from './kill-switch-store.ts'
import { raiseNotice, resolveNotice } from './notice-store.ts'

/**
 * The shop's kill switch: nothing more begins, replies included; what was begun a moment before may still arrive. What waits keeps waiting,
 * and what is too old by the time it is switched on again expires. False when it was off already.
 */
export async function stopSending(tx: Tx, shopId: number, by: Actor): Promise<boolean> {
  if (!(await saveSendingStop(tx, shopId, { stoppedAt: by.now, reason: 'killed' }))) return false
  await raiseNotice(tx, {
    shopId,
    code: 'sending_killed',
    subject: '',
    details: { by: by.name },
    now: by.now,
  })
  await writeAudit(tx, { shopId, action: 'sending.stopped', subject: 'shop' }, by)
  return true
}

/** What waits goes on. False when it was sending already. */
export async function startSending(tx: Tx, shopId: number, by: Actor): Promise<boolean> {
  const { stoppedAt } = await findSendingStop(tx, shopId)
  if (!(await saveSendingStop(tx, shopId, { stoppedAt: null, reason: null }))) return false
  await resolveNotice(tx, { shopId, code: 'sending_killed', subject: '', now: by.now })
  await writeAudit(tx, { shopId, action: 'sending.started', subject: 'shop', before: { stoppedAt } }, by)
  return true
}
