import { parseWhatsAppDelivery } from '../connectors/meta/parse-webhook.ts'
import type { MetaUpdate, Origin } from '../connectors/meta/webhook-types.ts'
import type { Database, Sql, Tx } from '../platform/database.ts'
import { describeError } from '../platform/errors.ts'
import { cutWhatsAppUpdates, type ShopOf } from './cut-whatsapp.ts'
import { cutWooCommerceDelivery } from './cut-woocommerce.ts'
import { claimReceived, lockSplitting, markDeliveries } from './delivery-store.ts'
import type { ReceivedDelivery } from './delivery.ts'
import { insertEvents } from './event-store.ts'
import { handleAtOnce, type AtOnceDeps, type Handled } from './handle-at-once.ts'
import { countMarks, type InboxMetrics } from './intake-metrics.ts'
import type { Cut, NewEvent } from './new-event.ts'
import { safeReason } from './safe-text.ts'

export interface SplitDeps extends AtOnceDeps {
  db: Database
  metrics: InboxMetrics
  /** By Meta's phone_number_id. */
  findNumber(sql: Sql, metaId: string): Promise<{ shopId: number } | undefined>
  /** By the id of the WhatsApp Business Account, for changes that name no number. */
  findShopOfWaba(sql: Sql, metaId: string): Promise<number | undefined>
  /** Messages that people wrote to a number (Meta's phone_number_id), once they are stored: they use up the number's rate. */
  onInbound?: (phoneNumberMetaId: string, count: number) => void
}

// A delivery may have 4 MB, so a batch is bounded by bytes too.
// What it holds of statuses is handled with it, so it is no larger than a few hundred milliseconds' work.
const batch = { maxDeliveries: 200, maxBytes: 4_000_000 }

/** Cuts the oldest deliveries into events, all in one transaction. Returns how many deliveries that were. */
export async function splitDeliveries(deps: SplitDeps, now: Date): Promise<number> {
  return deps.db.transaction(async (tx) => {
    if (!(await lockSplitting(tx))) return 0
    const deliveries = await claimReceived(tx, batch)
    if (deliveries.length === 0) return 0
    const { pieces, inbound } = await cutAll(deps, tx, deliveries)
    const { saved, handled } = await saveAndHandle(deps, tx, pieces, now)
    tx.afterCommit(() => {
      for (const [number, count] of inbound) deps.onInbound?.(number, count)
      countMarks(deps.metrics, handled.events, handled.marks)
      for (const { delivery, cut } of saved) {
        deps.metrics.deliveries({
          source: delivery.source,
          outcome: cut.kind === 'dead' ? 'dead' : 'split',
        })
      }
    })
    return deliveries.length
  })
}

/** What can be handled in sets is handled with its deliveries; where one of its values is bad, it waits like the rest. */
async function saveAndHandle(
  deps: SplitDeps,
  tx: Tx,
  pieces: readonly Piece[],
  now: Date,
): Promise<{ saved: readonly Piece[]; handled: Handled }> {
  // One process cuts at a time: where more has come than it takes at once, it only cuts, and all workers handle what it has cut.
  const isBehind = pieces.length >= batch.maxDeliveries
  const isAtOnce = ({ kind, state }: NewEvent): boolean =>
    !isBehind && state === 'waiting' && Object.hasOwn(deps.handlers.many, kind)
  const saved = await saveAll(tx, pieces, { now, isAtOnce })
  const atOnce = saved.flatMap(({ cut }) => (cut.kind === 'events' ? cut.events.filter(isAtOnce) : []))
  try {
    return { saved, handled: await tx.savepoint(() => handleAtOnce(deps, tx, atOnce, now)) }
  } catch (thrown) {
    if (!isBadValue(thrown)) throw thrown
    const all = await saveAll(tx, pieces, { now, isAtOnce: () => false })
    return { saved: all, handled: { events: [], marks: [] } }
  }
}

interface Piece {
  delivery: ReceivedDelivery
  cut: Cut
}

type Parsed = { kind: 'updates'; updates: MetaUpdate[] } | { kind: 'cut'; cut: Cut }

async function cutAll(
  deps: SplitDeps,
  tx: Tx,
  deliveries: readonly ReceivedDelivery[],
): Promise<{ pieces: Piece[]; inbound: ReadonlyMap<string, number> }> {
  const parsed = deliveries.map((delivery) => ({ delivery, parsed: parse(delivery) }))
  const origins = parsed.flatMap(({ parsed }) => updatesOf(parsed).map(({ origin }) => origin))
  const shopOf = await findShops(deps, tx, origins)
  const pieces = parsed.map(({ delivery, parsed }): Piece => {
    if (parsed.kind === 'cut') return { delivery, cut: parsed.cut }
    return { delivery, cut: { kind: 'events', events: cutWhatsAppUpdates(delivery, parsed.updates, shopOf) } }
  })
  return { pieces, inbound: countMessages(parsed.flatMap(({ parsed }) => updatesOf(parsed))) }
}

function updatesOf(parsed: Parsed): MetaUpdate[] {
  return parsed.kind === 'updates' ? parsed.updates : []
}

function countMessages(updates: readonly MetaUpdate[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { kind, origin } of updates) {
    if (kind !== 'message' || origin.phoneNumberId === undefined) continue
    counts.set(origin.phoneNumberId, (counts.get(origin.phoneNumberId) ?? 0) + 1)
  }
  return counts
}

/** Never throws: the parsers say they do not, and a batch must not depend on it. */
function parse(delivery: ReceivedDelivery): Parsed {
  try {
    if (delivery.source === 'woocommerce') return { kind: 'cut', cut: cutWooCommerceDelivery(delivery) }
    const parsed = parseWhatsAppDelivery(delivery.body, delivery.receivedAt)
    if (parsed.kind === 'parsed') return { kind: 'updates', updates: parsed.updates }
    return { kind: 'cut', cut: { kind: 'dead', reason: parsed.reason } }
  } catch (thrown) {
    return { kind: 'cut', cut: { kind: 'dead', reason: `failed: ${describeError(thrown)}` } }
  }
}

async function findShops(deps: SplitDeps, tx: Tx, origins: readonly Origin[]): Promise<ShopOf> {
  const byNumber = new Map<string, number | undefined>()
  const byWaba = new Map<string, number | undefined>()
  for (const { phoneNumberId, wabaId } of origins) {
    if (phoneNumberId !== undefined) {
      if (!byNumber.has(phoneNumberId))
        byNumber.set(phoneNumberId, (await deps.findNumber(tx, phoneNumberId))?.shopId)
    } else if (!byWaba.has(wabaId)) byWaba.set(wabaId, await deps.findShopOfWaba(tx, wabaId))
  }
  return ({ phoneNumberId, wabaId }) =>
    phoneNumberId === undefined ? byWaba.get(wabaId) : byNumber.get(phoneNumberId)
}

interface SaveOptions {
  now: Date
  /** Written when they are handled. */
  isAtOnce: (event: NewEvent) => boolean
}

/** All at once; when the database takes one of the values for a bad one, one by one, and what it refuses is dead. */
async function saveAll(tx: Tx, pieces: readonly Piece[], how: SaveOptions): Promise<readonly Piece[]> {
  try {
    await tx.savepoint(() => save(tx, pieces, how))
    return pieces
  } catch (thrown) {
    if (!isBadValue(thrown)) throw thrown
  }
  const saved: Piece[] = []
  for (const piece of pieces) saved.push(await saveOne(tx, piece, how))
  return saved
}

async function saveOne(tx: Tx, piece: Piece, how: SaveOptions): Promise<Piece> {
  try {
    await tx.savepoint(() => save(tx, [piece], how))
    return piece
  } catch (thrown) {
    if (!isBadValue(thrown)) throw thrown
    const dead: Piece = {
      delivery: piece.delivery,
      cut: { kind: 'dead', reason: `failed: ${describeError(thrown)}` },
    }
    await save(tx, [dead], how)
    return dead
  }
}

async function save(tx: Tx, pieces: readonly Piece[], { now, isAtOnce }: SaveOptions): Promise<void> {
  const events = pieces.flatMap(({ cut }) =>
    cut.kind === 'events' ? cut.events.filter((event) => !isAtOnce(event)) : [],
  )
  if (events.length > 0) await insertEvents(tx, events, now)
  const marks = pieces.map(({ delivery, cut }) =>
    cut.kind === 'dead'
      ? { id: delivery.id, state: 'dead' as const, reason: safeReason(cut.reason), eventCount: 0 }
      : { id: delivery.id, state: 'split' as const, reason: null, eventCount: cut.events.length },
  )
  await markDeliveries(tx, marks, now)
}

// SQLSTATE classes: 22 data exception, 23 integrity, 54 a limit of PostgreSQL's. Anything else says nothing about the delivery.
function isBadValue(thrown: unknown): boolean {
  return /^(22|23|54)\w{3}$/.test((thrown as { code?: string }).code ?? '')
}
