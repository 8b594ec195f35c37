import type { OutgoingContent, Recipient } from '../connectors/meta/wire-message.ts'
import type { Database, Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { Random } from '../platform/random.ts'
import { listAddresses, type Address } from './address-store.ts'
import { claimDue, stampStarted, type ClaimedRow } from './claim-store.ts'
import { moveMessages } from './message-store.ts'
import { namesOf } from './decide-template.ts'
import type {
  Content,
  MessageState,
  OnMessagesChanged,
  Prepared,
  PrepareMessage,
  Purpose,
} from './message.ts'
import { countedAtOf } from './purpose.ts'
import { renderMessage } from './render-message.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { listTemplatesNamed } from './template-store.ts'

export interface StartDeps {
  db: Database
  random: Random
  log: Logger
  /** The check that runs again right before sending, per purpose; what has none goes with the content it has. */
  prepare: Partial<Record<Purpose, PrepareMessage>>
  definitions: TemplateDefinitions
  onChanged: OnMessagesChanged
}

/** A message that is stamped and must be called now. */
export interface Started {
  id: number
  shopId: number
  rootId: number
  attempt: number
  phoneNumberId: number
  numberMetaId: string
  ratePerSecond: number
  recipient: Recipient
  content: OutgoingContent
  callbackId: string
}

const batchSize = 20
const retryCheckMs = 60_000

/**
 * Claims what is due, checks each message once more and stamps those that go, all in one transaction: when it has committed, a crash
 * can no longer make a message go twice. Returns how many were claimed and what is to be sent.
 */
export function startBatch(
  deps: StartDeps,
  at: { now: Date; leaseSeconds: number },
): Promise<{ claimed: number; started: Started[] }> {
  return deps.db.transaction(async (tx) => {
    const rows = await claimDue(tx, at.now, batchSize)
    if (rows.length === 0) return { claimed: 0, started: [] }
    const checked = await checkAll(deps, tx, rows, at.now)
    const { ready, stopped } = await renderAll(deps, tx, checked, at.now)
    await stop(deps, tx, stopped, at.now)
    return { claimed: rows.length, started: await stamp(deps, tx, ready, at) }
  })
}

interface Checked {
  row: ClaimedRow
  prepared: Prepared
}

// In the order of people: the checks lock a person's budget, and two senders that lock in the same order cannot lock each other up.
async function checkAll(deps: StartDeps, tx: Tx, rows: readonly ClaimedRow[], now: Date): Promise<Checked[]> {
  const checked: Checked[] = []
  for (const row of rows.toSorted((first, second) => first.rootId - second.rootId || first.id - second.id)) {
    checked.push({ row, prepared: await check(deps, tx, row, now) })
  }
  return checked
}

async function check(deps: StartDeps, tx: Tx, row: ClaimedRow, now: Date): Promise<Prepared> {
  if (row.expiresAt !== null && row.expiresAt <= now) return { kind: 'expire', reason: 'expired' }
  const prepare = deps.prepare[row.purpose]
  try {
    if (prepare !== undefined) return await tx.savepoint(() => prepare(tx, row, now))
    return row.content === null
      ? { kind: 'suppress', reason: 'parameters_invalid' }
      : { kind: 'send', content: row.content }
  } catch (thrown) {
    // One message whose check fails must hold up neither the batch nor, at the head of the line, everybody.
    deps.log.error({ messageId: row.id, error: describeError(thrown) }, 'The check before sending failed.')
    return { kind: 'defer', until: new Date(now.getTime() + retryCheckMs), reason: 'check_failed' }
  }
}

interface Ready {
  row: ClaimedRow
  recipient: Recipient
  content: OutgoingContent
  written: Content
}

interface Stopped {
  row: ClaimedRow
  prepared: Exclude<Prepared, { kind: 'send' }>
}

async function renderAll(
  deps: StartDeps,
  tx: Tx,
  checked: readonly Checked[],
  now: Date,
): Promise<{ ready: Ready[]; stopped: Stopped[] }> {
  const addresses = await listAddresses(tx, {
    shopIds: checked.map(({ row }) => row.shopId),
    rootIds: checked.map(({ row }) => row.rootId),
  })
  const templates = await listTemplatesNamed(
    tx,
    checked.map(({ row }) => row.wabaId),
    checked.flatMap(({ prepared }) => templateNamesOf(prepared)),
  )
  const ready: Ready[] = []
  const stopped: Stopped[] = []
  for (const { row, prepared } of checked) {
    if (prepared.kind !== 'send') {
      stopped.push({ row, prepared })
      continue
    }
    const address: Address = addresses.get(row.rootId) ?? { recipient: undefined, lastInboundAt: null }
    const rendered = renderMessage(prepared.content, {
      purpose: row.purpose,
      address,
      templates: templates.filter(
        ({ wabaId, name }) => wabaId === row.wabaId && templateNamesOf(prepared).includes(name),
      ),
      definitions: deps.definitions,
      now,
    })
    if (address.recipient === undefined)
      stopped.push({ row, prepared: { kind: 'suppress', reason: 'no_address' } })
    else if (rendered.kind === 'unfit')
      stopped.push({ row, prepared: { kind: 'suppress', reason: rendered.reason } })
    else
      ready.push({ row, recipient: address.recipient, content: rendered.content, written: prepared.content })
  }
  return { ready, stopped }
}

function templateNamesOf(prepared: Prepared): string[] {
  return prepared.kind === 'send' && prepared.content.kind === 'template' ? namesOf(prepared.content) : []
}

async function stop(deps: StartDeps, tx: Tx, stopped: readonly Stopped[], now: Date): Promise<void> {
  if (stopped.length === 0) return
  const moves = stopped.map(({ row, prepared }) => {
    const state = stateOf(prepared)
    // A check that names a time gone by would be asked again at once, for ever.
    const until =
      prepared.kind === 'defer' ? Math.max(prepared.until.getTime(), now.getTime() + 1000) : undefined
    const dueAt = until === undefined ? row.dueAt : new Date(until)
    const countedAt = countedAtOf({ ...row, state, dueAt, startedAt: null })
    return { row, id: row.id, state, reason: prepared.reason, dueAt, countedAt }
  })
  await moveMessages(tx, moves)
  const changes = moves.map(({ row, state, reason }) => {
    const { id, shopId, personId, purpose } = row
    return { messageId: id, shopId, personId, purpose, state, reason, errorCode: null, at: now }
  })
  await deps.onChanged(tx, changes, now)
}

function stateOf(prepared: Stopped['prepared']): MessageState {
  switch (prepared.kind) {
    case 'defer':
      return 'waiting'
    case 'suppress':
      return 'suppressed'
    case 'expire':
      return 'expired'
  }
}

async function stamp(
  deps: StartDeps,
  tx: Tx,
  ready: readonly Ready[],
  at: { now: Date; leaseSeconds: number },
): Promise<Started[]> {
  if (ready.length === 0) return []
  const stamps = ready.map(({ row, recipient, content, written }) => ({
    id: row.id,
    content: written,
    sentTo: recipient.kind === 'number' ? recipient.number : recipient.bsuid,
    templateName: content.kind === 'template' ? content.name : null,
    templateLanguage: content.kind === 'template' ? content.language : null,
    countedAt: countedAtOf({ ...row, state: 'sending', startedAt: at.now }),
    nextCallbackId: deps.random.token(),
  }))
  const callbackIds = await stampStarted(tx, stamps, at)
  return ready.flatMap(({ row, recipient, content }) => {
    const callbackId = callbackIds.get(row.id)
    if (callbackId === undefined) return []
    const { id, shopId, rootId, attempt, phoneNumberId, numberMetaId, ratePerSecond } = row
    return [
      {
        id,
        shopId,
        rootId,
        attempt,
        phoneNumberId,
        numberMetaId,
        ratePerSecond,
        recipient,
        content,
        callbackId,
      },
    ]
  })
}
