import type { Random } from '../../platform/random.ts'
import type { Fields } from '../read-values.ts'
import { checkMessage, type CheckedMessage } from './check-message.ts'
import { decideFate, type Fate } from './decide-fate.ts'
import { strike } from './faults.ts'
import { GraphError } from './graph-error.ts'
import { isWindowOpen, type LoggedMessage, type Person } from './graph-state.ts'
import { playStatuses, type NextStatus, type PlayDeps } from './play-statuses.ts'
import type { RateLimits } from './rate-limits.ts'
import { readRecipient, type Recipient } from './recipients.ts'
import type { Traffic } from './traffic.ts'
import { newWamid } from './wamid.ts'

export interface SendDeps extends PlayDeps {
  limits: RateLimits
  traffic: Traffic
  random: Random
}

/** POST /{phone number id}/messages. 200 means accepted; what becomes of it comes by webhook. Throws GraphError. */
export function sendMessage(deps: SendDeps, body: Fields): Fields {
  if (body.messaging_product !== 'whatsapp') {
    throw new GraphError(100, undefined, { title: '(#100) The parameter messaging_product is required.' })
  }
  if (body.status === 'read') return markRead(deps, body)
  deps.traffic.arrived()
  const recipient = readRecipient(deps.state, body)
  const refusal = strike(deps.faults, 'refuse', recipient.address)
  if (refusal !== undefined) throw new GraphError(refusal, 'Refused on demand of the sandbox')
  deps.limits.beforeSending(recipient.address)
  const checked = checkMessage(deps.state, body)
  const nowMs = deps.clock.now().getTime()
  const fate = fateOf(deps, checked, recipient, nowMs)
  const message = deps.state.together(() => accept(deps, { checked, recipient, fate, nowMs }))
  deps.traffic.accepted({ ...message, template: checked.template?.name ?? null })
  return answerOf(message, recipient)
}

function fateOf(deps: SendDeps, checked: CheckedMessage, recipient: Recipient, nowMs: number): Fate {
  const forced = strike(deps.faults, 'fail', recipient.address)
  if (forced !== undefined) return { kind: 'fails', code: forced }
  const fate = decideFate({ category: checked.template?.category ?? null }, recipient.person, nowMs)
  if (fate.kind === 'fails' && fate.code === 131047 && deps.faults.windowRefusal === 'at_once') {
    throw new GraphError(
      131047,
      'More than 24 hours have passed since the customer last replied to this number.',
    )
  }
  return fate
}

function accept(
  deps: SendDeps,
  {
    checked,
    recipient,
    fate,
    nowMs,
  }: { checked: CheckedMessage; recipient: Recipient; fate: Fate; nowMs: number },
): LoggedMessage {
  const { person } = recipient
  const message: LoggedMessage = {
    id: newWamid(deps.random, recipient.address),
    direction: 'to_person',
    personId: person?.id ?? null,
    address: recipient.address,
    byUserId: recipient.byUserId,
    type: checked.type,
    content: checked.content,
    shown: checked.shown,
    category: checked.template?.category ?? null,
    isFree: isFree(checked, person, nowMs),
    callbackData: checked.callbackData,
    contextId: checked.contextId,
    atMs: nowMs,
    statuses: [],
  }
  deps.state.messages.put(message.id, message)
  playStatuses(deps, message.id, statusesOf(fate, person))
  return message
}

/** Free messages are free, utility templates inside the window too; marketing is always charged. */
function isFree(checked: CheckedMessage, person: Person | undefined, nowMs: number): boolean {
  if (checked.template === null) return true
  return checked.template.category === 'UTILITY' && person !== undefined && isWindowOpen(person, nowMs)
}

function statusesOf(fate: Fate, person: Person | undefined): NextStatus[] {
  switch (fate.kind) {
    case 'fails':
      return [{ status: 'failed', errorCode: fate.code }]
    case 'stays_sent':
      return [{ status: 'sent' }]
    case 'arrives':
      return [
        { status: 'sent' },
        { status: 'delivered' },
        ...(person?.readsAtOnce ? [{ status: 'read' as const }] : []),
      ]
  }
}

function answerOf(message: LoggedMessage, { input, byUserId, address, person }: Recipient): Fields {
  return {
    messaging_product: 'whatsapp',
    contacts: [byUserId ? { input, user_id: address } : { input, wa_id: person?.waId ?? address }],
    messages: [{ id: message.id, ...(message.type === 'template' ? { message_status: 'accepted' } : {}) }],
  }
}

/** Two blue ticks for the person, and the dots of somebody typing. */
function markRead(deps: SendDeps, body: Fields): Fields {
  const id = typeof body.message_id === 'string' ? body.message_id : ''
  const message = deps.state.messages.find(id)
  if (message?.direction !== 'from_person')
    throw new GraphError(131009, 'message_id is not a message that was received')
  deps.state.messages.put(id, {
    ...message,
    statuses: [{ status: 'read', atMs: deps.clock.now().getTime() }],
  })
  return { success: true }
}
