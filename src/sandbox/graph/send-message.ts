import type { Fields } from '../read-values.ts'
import { checkEndpoint, type Endpoint } from './check-endpoint.ts'
import { checkMessage, type CheckedMessage } from './check-message.ts'
import type { Fate } from './decide-fate.ts'
import { ageToken, strike } from './faults.ts'
import { GraphError } from './graph-error.ts'
import { isWindowOpen, type LoggedMessage, type Person } from './graph-state.ts'
import { fateNow, statusesOf } from './message-fate.ts'
import { playStatuses } from './play-statuses.ts'
import { readRecipient, type Recipient } from './recipients.ts'
import type { SendDeps } from './send-deps.ts'
import { newWamid } from './wamid.ts'

/** What was posted, once it is found to be in order. */
interface Sending {
  endpoint: Endpoint
  body: Fields
  recipient: Recipient
  checked: CheckedMessage
  nowMs: number
}

/** POST /{phone number id}/messages. 200 means accepted; what becomes of it comes by webhook. Throws GraphError. */
export function sendMessage(deps: SendDeps, body: Fields, endpoint: Endpoint): Fields {
  if (body.messaging_product !== 'whatsapp') {
    throw new GraphError(100, undefined, { title: '(#100) The parameter messaging_product is required.' })
  }
  if (body.status === 'read') return markRead(deps, body)
  deps.traffic.arrived()
  const sending = readSending(deps, body, endpoint)
  const { checked, recipient } = sending
  const isHeld = checked.template?.isHeld === true && checked.template.category === 'MARKETING'
  const fate = isHeld ? null : fateOf(deps, sending)
  const message = deps.state.together(() => {
    const logged = deps.state.messages.put(...toLogged(deps, sending, isHeld))
    if (fate !== null) playFate(deps, logged, { fate, person: recipient.person })
    return logged
  })
  ageToken(deps.faults)
  deps.traffic.accepted({ ...message, template: checked.template?.name ?? null })
  return answerOf(message, recipient)
}

function readSending(deps: SendDeps, body: Fields, endpoint: Endpoint): Sending {
  const nowMs = deps.clock.now().getTime()
  const recipient = readRecipient(deps.state, body)
  const refusal = strike(deps.faults, 'refuse', recipient.address)
  if (refusal !== undefined) throw new GraphError(refusal, 'Refused on demand of the sandbox')
  if (nowMs < (deps.settings.maintenanceUntilMs ?? 0))
    throw new GraphError(131057, 'The throughput of the number is being raised.')
  deps.limits.beforeSending(recipient.address)
  const sending = { endpoint, body, recipient, checked: checkMessage(deps.state, body), nowMs }
  checkEndpoint(deps.settings, sending)
  return sending
}

function fateOf(deps: SendDeps, { checked, recipient }: Sending): Fate {
  const forced = strike(deps.faults, 'fail', recipient.address)
  if (forced !== undefined) return { kind: 'fails', code: forced }
  const fate = fateNow(deps, { category: checked.template?.category ?? null }, recipient.person)
  if (fate.kind === 'fails' && fate.code === 131047 && deps.faults.windowRefusal === 'at_once') {
    throw new GraphError(
      131047,
      'More than 24 hours have passed since the customer last replied to this number.',
    )
  }
  return fate
}

/** What it shows may turn out not to be there, after it was accepted. */
function playFate(
  deps: SendDeps,
  message: LoggedMessage,
  { fate, person }: { fate: Fate; person: Person | undefined },
): void {
  const play = (fault: number | undefined): void => {
    const found: Fate = fault === undefined ? fate : { kind: 'fails', code: fault }
    playStatuses(deps, message.id, statusesOf(found, person))
  }
  const fault = fate.kind === 'fails' ? undefined : deps.media.findFault(message)
  if (fault instanceof Promise) deps.pending.track(fault.then(play))
  else play(fault)
}

function toLogged(deps: SendDeps, sending: Sending, isHeld: boolean): [string, LoggedMessage] {
  const { checked, recipient, endpoint, nowMs } = sending
  const { person } = recipient
  const id = newWamid(deps.random, recipient.address)
  const message: LoggedMessage = {
    id,
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
    ...(endpoint === 'marketing_messages' ? { isMarketingApi: true } : {}),
    ...(isHeld && checked.template !== null ? { heldFor: checked.template.id } : {}),
  }
  return [id, message]
}

/** Free messages are free, utility templates inside the window too; marketing is always charged. */
function isFree(checked: CheckedMessage, person: Person | undefined, nowMs: number): boolean {
  if (checked.template === null) return true
  return checked.template.category === 'UTILITY' && person !== undefined && isWindowOpen(person, nowMs)
}

function answerOf(message: LoggedMessage, { input, byUserId, address, person }: Recipient): Fields {
  const status = (message.heldFor ?? null) === null ? 'accepted' : 'held_for_quality_assessment'
  return {
    messaging_product: 'whatsapp',
    contacts: [byUserId ? { input, user_id: address } : { input, wa_id: person?.waId ?? address }],
    messages: [{ id: message.id, ...(message.type === 'template' ? { message_status: status } : {}) }],
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
