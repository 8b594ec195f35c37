import type { OutgoingContent, Recipient, SendEndpoint } from '../connectors/meta/wire-message.ts'
import { monotonicMs } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import type { Random } from '../platform/random.ts'
import type { CampaignBrake } from './campaign-brake.ts'
import { checkAgain, type CheckDeps } from './check-again.ts'
import { isUserIdRefused } from './choose-recipient.ts'
import {
  claimDue,
  lockNumber,
  stampStarted,
  type Reserved,
  type ClaimedRow,
  type SendingNumber,
  type Stamped,
} from './claim-store.ts'
import { listContactLevels, saveContactLevels } from './contact-pace-store.ts'
import type { ContactLevel } from './decide-contact-pace.ts'
import { decideStop } from './decide-stop.ts'
import { holdMessages } from './hold-messages.ts'
import type { OnMessagesChanged, Prepared } from './message.ts'
import { levelsAfter, paceContacts } from './pace-contacts.ts'
import type { Pace } from './pace.ts'
import { countedAtOf, laneOf } from './purpose.ts'
import { lockExpired, lockMarketing, lockStopped } from './put-aside-store.ts'
import { renderBatch, type Held, type Ready } from './render-batch.ts'
import { shareLanes } from './share-lanes.ts'
import type { SlotLine } from './slot-line.ts'
import type { TemplateDefinitions } from './template-definition.ts'

export interface StartDeps extends CheckDeps {
  db: Database
  random: Random
  pace: Pace
  definitions: TemplateDefinitions
  onChanged: OnMessagesChanged
  /** Left out: campaigns never go more slowly than the pace. */
  brake?: CampaignBrake
  /** Further reasons why messages that could go must not yet, by id; what it lets go it counts. In the order given. */
  guards?: readonly Guard[]
}

export type Guard = (
  tx: Tx,
  about: {
    number: SendingNumber
    ready: readonly Ready[]
    now: Date
    /** What is set aside for messages, by id: written with their stamps. */
    reserved: Map<number, Reserved>
  },
) => Promise<ReadonlyMap<number, Held>>

/** A message that is stamped and must be called now. */
export interface Started extends Stamped {
  shopId: number
  rootId: number
  attempt: number
  phoneNumberId: number
  numberMetaId: string
  recipient: Recipient
  content: OutgoingContent
  endpoint: SendEndpoint
}

export interface Batch {
  /** How many messages were dealt with, sent or not. */
  claimed: number
  started: Started[]
  /** The slots of those that were started; none where none was. */
  line: SlotLine | undefined
  /** Monotonic: when the number was locked, and the kill switch was looked at. */
  lockedMs: number
  /** The number may have something due, but no room for it before so many milliseconds have passed. */
  waitMs: number
}

// What must not begin is put aside so many at a time, so that those behind it are found and the claim stays short.
const asideAtOnce = 500

/**
 * Claims what is due for a number, checks each message once more, stamps those that go and takes their slots, all in one transaction: when
 * it has committed, a crash can no longer make a message go twice. `atMost`: so many at once, however much room there is.
 */
export function startBatch(
  deps: StartDeps,
  numberId: number,
  at: { now: Date; leaseSeconds: number; atMost?: number },
): Promise<Batch> {
  return deps.db.transaction(async (tx) => {
    const number = await lockNumber(tx, numberId)
    const lockedMs = monotonicMs()
    if (number === undefined) return nothing(lockedMs, 0)
    const room = number.isOpen ? await deps.pace.room(tx, numberId) : { count: 100, waitMs: 0, gapMs: 1 }
    if (room.count === 0) return nothing(lockedMs, room.waitMs)
    const count = Math.min(room.count, at.atMost ?? Infinity)
    const aside = await setStoppedAside(deps, tx, number, at.now)
    const shares = shareLanes(count, deps.random)
    const campaigns = (await deps.brake?.room(tx, numberId, room.gapMs)) ?? { count, waitMs: 0 }
    const campaignsAtMost = Math.min(count, campaigns.count)
    const rows = await claimDue(tx, number, { now: at.now, count, shares, campaignsAtMost })
    deps.brake?.noteClaimed(numberId, rows.filter(({ lane }) => lane === laneOf('campaign')).length)
    const levels = await listContactLevels(
      tx,
      numberId,
      rows.map((row) => row.rootId),
    )
    const { ready, held, reserved } = await decideAll(deps, tx, { number, rows, levels, now: at.now })
    await holdMessages(tx, deps, held, at.now)
    const started = await stamp(deps, tx, { number, ready, reserved, at })
    await saveContactLevels(tx, numberId, levelsAfter(ready, levels, at.now))
    const line = started.length === 0 ? undefined : await deps.pace.take(tx, numberId, started.length)
    return { claimed: aside + rows.length, started, line, lockedMs, waitMs: campaigns.waitMs }
  })
}

function nothing(lockedMs: number, waitMs: number): Batch {
  return { claimed: 0, started: [], line: undefined, lockedMs, waitMs }
}

/** What is too old, and what is stopped; returns how many. A claim may still meet more of it. */
async function setStoppedAside(deps: StartDeps, tx: Tx, number: SendingNumber, now: Date): Promise<number> {
  let left = asideAtOnce
  for (const lock of locksOf(number, now)) {
    if (left === 0) break
    const rows = await lock(tx, number, { now, limit: left })
    await holdMessages(tx, deps, findStopped(rows, number, now), now)
    left -= rows.length
  }
  return asideAtOnce - left
}

function locksOf({ isOpen, restrictedUntil }: SendingNumber, now: Date): (typeof lockStopped)[] {
  if (!isOpen) return [lockExpired]
  const isRestricted = restrictedUntil !== null && restrictedUntil > now
  return isRestricted ? [lockExpired, lockStopped, lockMarketing] : [lockExpired, lockStopped]
}

function findStopped(rows: readonly ClaimedRow[], number: SendingNumber, now: Date) {
  return rows.flatMap((row) => {
    const held = decideStop(row, number, now)
    return held === undefined ? [] : [{ row, held }]
  })
}

interface Claimed {
  number: SendingNumber
  rows: readonly ClaimedRow[]
  /** What the number may send to their people, by root. */
  levels: ReadonlyMap<number, ContactLevel>
  now: Date
}

interface Decided {
  ready: Ready[]
  reserved: ReadonlyMap<number, Reserved>
  held: { row: ClaimedRow; held: Held }[]
}

/** One reason after the other; what is held by one is not asked of the next. */
async function decideAll(deps: StartDeps, tx: Tx, { number, rows, levels, now }: Claimed): Promise<Decided> {
  if (rows.length === 0) return { ready: [], held: [], reserved: new Map() }
  const held = new Map(findStopped(rows, number, now).map(({ row, held: why }) => [row.id, why]))
  const open = rows.filter((row) => !held.has(row.id))
  for (const [id, why] of paceContacts(open, levels, now)) held.set(id, why)
  const checked = await checkAgain(
    deps,
    tx,
    rows.filter((row) => !held.has(row.id)),
    now,
  )
  const wanted = rows.flatMap((row) => toWanted(row, checked.get(row.id), held))
  const rendered = await renderBatch(tx, deps, { number, wanted, now })
  for (const [id, why] of rendered.held) held.set(id, why)
  let { ready } = rendered
  const reserved = new Map<number, Reserved>()
  for (const guard of deps.guards ?? []) {
    if (ready.length === 0) break
    const stopped = await guard(tx, { number, ready, now, reserved })
    for (const [id, why] of stopped) held.set(id, why)
    ready = ready.filter(({ row }) => !stopped.has(row.id))
  }
  return {
    ready,
    reserved,
    held: rows.flatMap((row) => {
      const why = held.get(row.id)
      return why === undefined ? [] : [{ row, held: why }]
    }),
  }
}

function toWanted(row: ClaimedRow, said: Prepared | undefined, held: Map<number, Held>) {
  if (said === undefined) return []
  if (said.kind === 'send') return [{ row, content: said.content }]
  held.set(row.id, said)
  return []
}

async function stamp(
  deps: StartDeps,
  tx: Tx,
  {
    number,
    ready,
    reserved,
    at,
  }: {
    number: SendingNumber
    ready: readonly Ready[]
    reserved: ReadonlyMap<number, Reserved>
    at: { now: Date; leaseSeconds: number }
  },
): Promise<Started[]> {
  if (ready.length === 0) return []
  const stamps = ready.map(({ row, recipient, content, endpoint, written }) => ({
    id: row.id,
    content: written,
    sentTo: recipient.kind === 'number' ? recipient.number : recipient.bsuid,
    templateName: content.kind === 'template' ? content.name : null,
    templateLanguage: content.kind === 'template' ? content.language : null,
    endpoint: endpoint.kind,
    countedAt: countedAtOf({ ...row, state: 'sending', startedAt: at.now }),
    nextCallbackId: deps.random.token(),
    reserved: reserved.get(row.id) ?? null,
    userIdRefused: isUserIdRefused(row),
  }))
  const stamped = await stampStarted(tx, stamps, at)
  return ready.flatMap(({ row, recipient, content, endpoint }) => {
    const own = stamped.get(row.id)
    if (own === undefined) return []
    const { shopId, rootId, attempt, phoneNumberId } = row
    return [
      {
        ...own,
        shopId,
        rootId,
        attempt,
        phoneNumberId,
        numberMetaId: number.metaId,
        recipient,
        content,
        endpoint,
      },
    ]
  })
}
