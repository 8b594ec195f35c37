import type { Clock } from '../../platform/clock.ts'
import type { Random } from '../../platform/random.ts'
import type { Fields } from '../read-values.ts'
import {
  ownNumber,
  type GraphState,
  type LoggedMessage,
  type Person,
  type WhatsAppAccount,
} from './graph-state.ts'
import type { MetaWebhooks } from './meta-webhooks.ts'
import type { RateLimits } from './rate-limits.ts'
import { contactOf, metadataOf, toSeconds } from './status-update.ts'
import { newWamid } from './wamid.ts'

export interface InboundDeps {
  state: GraphState
  account: WhatsAppAccount
  webhooks: MetaWebhooks
  limits: RateLimits
  clock: Clock
  random: Random
}

export interface InboundMessage {
  type: string
  /** What stands under the type. */
  content: Fields
  shown: string
  /** Without `from`, which is added: the business's number for an answer, and not at all for what is forwarded. */
  context?: Fields
  /** Of ads that lead into a chat. */
  referral?: Fields
}

/** A person writes: the window opens and a webhook goes out. The wamid. */
export function receiveMessage(deps: InboundDeps, person: Person, message: InboundMessage): string {
  const nowMs = deps.clock.now().getTime()
  const id = newWamid(deps.random, person.waId)
  deps.limits.countInbound()
  deps.state.together(() => {
    const writer = deps.state.people.put(person.id, { ...person, lastWroteMs: nowMs })
    deps.state.messages.put(id, toLogged(id, writer, message, nowMs))
    const context = message.context
    enqueueMessages(deps, {
      contacts: [contactOf(writer, true)],
      messages: [
        {
          ...(context === undefined ? {} : { context: { from: ownNumber.digits, ...context } }),
          ...(writer.username === null ? { from: writer.waId } : {}),
          from_user_id: writer.bsuid,
          id,
          timestamp: toSeconds(nowMs),
          ...(message.referral === undefined ? {} : { referral: message.referral }),
          [message.type]: message.content,
          type: message.type,
        },
      ],
    })
  })
  return id
}

function toLogged(id: string, person: Person, message: InboundMessage, atMs: number): LoggedMessage {
  const answered = message.context?.id
  return {
    id,
    direction: 'from_person',
    personId: person.id,
    address: person.waId,
    byUserId: false,
    type: message.type,
    content: message.content,
    shown: message.shown,
    category: null,
    isFree: true,
    callbackData: null,
    contextId: typeof answered === 'string' ? answered : null,
    atMs,
    statuses: [],
  }
}

export function enqueueMessages(deps: Pick<InboundDeps, 'account' | 'webhooks'>, value: Fields): void {
  deps.webhooks.enqueue({
    field: 'messages',
    timeS: null,
    value: { messaging_product: 'whatsapp', metadata: metadataOf(deps.account), ...value },
  })
}
