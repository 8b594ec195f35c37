import type { Logger } from 'pino'
import type { FailureDeps, NumberStop } from './outbox/follow-failures.ts'
import { messageReasons } from './outbox/message-reasons.ts'
import { adviceOf } from './outbox/stop-advice.ts'
import type { Tx } from './platform/database.ts'
import { raiseNotice } from './shops/notice-store.ts'
import { stopNumbers, type StoppedNumber } from './shops/number-stop-store.ts'

/** Meta takes nothing more: what cannot go is stopped, and the merchant is told what it is and what to do about it. */
export function createNumberStop(log: Logger): FailureDeps['onNumberStop'] {
  return async (tx, stop) => {
    const reason = stop.code === null ? 'refused' : `error_${stop.code}`
    const stopped = await stopNumbers(tx, { ...stop, reason })
    if (stopped.length === 0) return
    await tell(tx, stop, stopped)
    const numbers = stopped.map((number) => number.displayPhoneNumber)
    log.error(
      { ...stop, numbers },
      'WhatsApp takes nothing more from these numbers: sending has stopped until somebody has looked',
    )
  }
}

async function tell(tx: Tx, stop: NumberStop, stopped: readonly StoppedNumber[]): Promise<void> {
  const { code, reason, scope, details: said, now } = stop
  const why = { code, reason, meaning: messageReasons[reason], advice: adviceOf(reason), said }
  for (const { shopId, displayPhoneNumber, wabaMetaId } of stopped) {
    if (scope === 'account') {
      const matter = { shopId, code: 'account_restricted' as const, subject: wabaMetaId }
      await raiseNotice(tx, { ...matter, details: why, now })
    }
    const matter = { shopId, code: 'number_stopped' as const, subject: displayPhoneNumber }
    await raiseNotice(tx, { ...matter, details: why, now })
  }
}
