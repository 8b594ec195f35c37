import type { SendResult } from '../../../src/connectors/meta/cloud-api.ts'
import type { Ledger } from '../../../src/outbox/decide-settlement.ts'

/** The message's row. */
export type Row = Ledger & {
  callbackId: string
  /** Until it ends, nobody else takes the message; each stamp has one of its own. 0: none. */
  lease: number
}

/** What a sender holds in memory; a crash makes it idle. */
export type Sender =
  | { kind: 'idle' }
  /** It has committed the stamp and has not begun the request. */
  | { kind: 'stamped'; attempt: number; callbackId: string; lease: number }
  /** It was too late for the request, and hands the message back until it is told that this was done. */
  | { kind: 'returning'; attempt: number; callbackId: string; lease: number }
  /** Meta has decided, and nothing of it is written down yet. */
  | { kind: 'answered'; attempt: number; callbackId: string; result: SendResult }

export type StatusKind = 'sent' | 'delivered' | 'read' | 'failed'

/** What becomes of a message that Meta took: the statuses that may come, in any order, doubled, or never. */
export interface Fate {
  statuses: readonly StatusKind[]
  /** Of `failed`. */
  code: number
}

/** A request that Meta took. Refused ones leave nothing behind but their answer. */
export interface Taken {
  wamid: string
  attempt: number
  callbackId: string
  fate: Fate
}

export interface WorldState {
  row: Row
  senders: readonly Sender[]
  taken: readonly Taken[]
  /** Attempts below this one were given up as uncertain, and the message was sent again on purpose. */
  forgivenBelow: number
}

/** Two senders that hold the same are the same, whichever is called the first. */
export function keyOf({ row, senders, taken, forgivenBelow }: WorldState): string {
  const held = senders.map((sender) => keyOfSender(sender, row)).toSorted()
  return `${keyOfRow(row)}|${held.join('|')}|${keyOfTaken(taken)}|${forgivenBelow}`
}

function keyOfSender(sender: Sender, row: Row): string {
  if (sender.kind === 'idle') return ''
  const about = [sender.kind, sender.attempt, sender.callbackId]
  if (sender.kind !== 'answered') return [...about, sender.lease === row.lease].join()
  return [...about, ...Object.values(sender.result)].join()
}

export function keyOfTaken(taken: readonly Taken[]): string {
  return taken
    .map(({ attempt, callbackId, fate }) => `${attempt}${callbackId}${fate.statuses.join()}${fate.code}`)
    .join('/')
}

/** All of the row that may differ between two states. A due time means something only while the message waits. */
export function keyOfRow(row: Row): string {
  return [
    row.state,
    row.reason,
    row.attempt,
    row.callbackId,
    row.state === 'sending' && row.lease > 0,
    row.wamid,
    row.errorCode,
    row.state === 'waiting' ? row.dueAt.getTime() : 0,
    ...[
      row.startedAt,
      row.countedAt,
      row.sentAgainAt,
      row.acceptedAt,
      row.sentAt,
      row.deliveredAt,
      row.readAt,
      row.failedAt,
    ].map((at) => at?.getTime()),
  ].join()
}
