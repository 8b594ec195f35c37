import type { PrepareMessage } from '../outbox/message.ts'
import { createPrepareMessages, type PrepareDeps } from './prepare-messages.ts'

/** The same check for one message alone. */
export function createPrepareMessage(deps: PrepareDeps): PrepareMessage {
  const prepareMessages = createPrepareMessages(deps)
  return async (tx, message, now) => {
    const answers = await prepareMessages(tx, [message], now)
    return answers.get(message.id) ?? { kind: 'suppress', reason: 'expired' }
  }
}
