import type { GraphState, Status, WhatsAppAccount } from './graph-state.ts'
import type { MetaWebhooks } from './meta-webhooks.ts'
import { toStatusValue } from './status-update.ts'

export interface StatusDeps {
  state: GraphState
  account: WhatsAppAccount
  webhooks: MetaWebhooks
}

/** Writes statuses into the log and on their way to the hub, one webhook each. A status that a message has already is left out. */
export function recordStatuses(deps: StatusDeps, messageId: string, statuses: readonly Status[]): void {
  deps.state.together(() => {
    const message = deps.state.messages.find(messageId)
    if (message === undefined) return
    const person = message.personId === null ? undefined : deps.state.people.find(message.personId)
    let told = message
    for (const status of statuses) {
      if (told.statuses.some((earlier) => earlier.status === status.status)) continue
      const value = toStatusValue(deps.account, told, person, status)
      told = { ...told, statuses: [...told.statuses, status] }
      deps.webhooks.enqueue({ field: 'messages', value, timeS: null })
    }
    if (told !== message) deps.state.messages.put(messageId, told)
  })
}
