import type { SendResult } from '../../../src/connectors/meta/cloud-api.ts'
import { recoverSends } from '../../../src/outbox/recover-sends.ts'
import { resolveUncertain } from '../../../src/outbox/resolve-uncertain.ts'
import { returnUnsent } from '../../../src/outbox/return-unsent.ts'
import { settleResults } from '../../../src/outbox/settle-results.ts'
import { settleStatuses } from '../../../src/outbox/settle-statuses.ts'
import { startBatch, type Started } from '../../../src/outbox/start-batch.ts'
import type { OutboxWorld } from '../../outbox/support/outbox-world.ts'
import { addPerson, enqueue } from '../../outbox/support/outbox-world.ts'
import { dueAt } from './ledger.ts'
import { answeredAt, lookedAt, statusAt, type Action } from './steps.ts'
import type { Row, Sender, StatusKind, Taken } from './world-state.ts'

type FoundRow = Omit<Row, 'lease'>

/** A message in PostgreSQL that goes the way of one in the model, by what the hub itself runs. */
export interface Walk {
  /** Does what the step does. `senders` are the model's before it. */
  take(action: Action, senders: readonly Sender[]): Promise<void>
  id: number
  /** The row, with the model's names for its ids. A callback id seen for the first time is the expected one. */
  row(expectedCallbackId: string): Promise<FoundRow>
  /** So that the next walk has the table for itself. */
  end(): Promise<void>
}

let walks = 0

export async function beginWalk(world: OutboxWorld, purpose: 'campaign' | 'reply'): Promise<Walk> {
  const ids = createNames(`walk${++walks}.`)
  const { db, shopId, phoneNumberId } = world
  // Long after, so that a reply may still be free text.
  const personId = await addPerson(world, { lastInboundAt: lookedAt })
  world.clock.set(dueAt)
  const id = await enqueue(world, { purpose, personId })
  const held: (Started | undefined)[] = []
  const stamp = async (): Promise<Started | undefined> => {
    // What a person may get in so short a time is not what is looked at here.
    await db.execute('delete from contact_pace')
    // Its lease is over at once, for whoever looks; a sender does not look.
    const batch = await startBatch(world.deps, phoneNumberId, { now: lookedAt, leaseSeconds: -1 })
    return batch.started.find((one) => one.id === id)
  }
  const handBack = async (sender: number): Promise<void> => {
    const own = held[sender]
    if (own !== undefined) await returnUnsent(world.deps, [own])
  }
  const settle = async (sender: number, memory: Sender | undefined): Promise<void> => {
    const own = held[sender]
    if (own === undefined || memory?.kind !== 'answered') throw new Error('This sender has no answer.')
    const { attempt, callbackId } = own
    const result = ids.inResult(memory.result)
    const answer = { id, shopId, attempt, callbackId, result, at: answeredAt }
    await settleResults(world.deps, [answer], answeredAt)
  }
  const expire = async (): Promise<void> => {
    await db.execute('update messages set expires_at = $2 where id = $1', [id, lookedAt])
    await stamp()
    await db.execute('update messages set expires_at = null where id = $1', [id])
  }
  const tell = (taken: Taken, status: StatusKind): Promise<unknown> =>
    db.transaction((tx) => settleStatuses(tx, world.deps, [toStatus(taken, status)], lookedAt))
  const toStatus = (taken: Taken, status: StatusKind) => ({
    shopId,
    wamid: ids.wamid(taken.wamid),
    callbackData: ids.callbackId(taken.callbackId),
    status,
    at: statusAt(taken.wamid, status),
    pricing: undefined,
    errors: status === 'failed' ? [{ code: taken.fate.code, title: 'failed', details: undefined }] : [],
  })
  return {
    id,
    take: async (action, senders) => {
      world.clock.set(lookedAt)
      switch (action.kind) {
        case 'none':
          return
        case 'stamp':
          held[action.sender] = await stamp()
          return
        case 'hand_back':
          return handBack(action.sender)
        case 'settle':
          return settle(action.sender, senders[action.sender])
        case 'recover':
          await recoverSends(world.deps)
          return
        case 'resolve':
          // Uncertain since long ago, whoever found it so.
          await db.execute('update messages set uncertain_at = $2 where id = $1', [id, dueAt])
          await resolveUncertain(world.deps)
          return
        case 'expire':
          return expire()
        case 'status':
          await tell(action.taken, action.status)
      }
    },
    row: async (expected) => ids.inRow(await load(world, id), expected),
    end: async () => {
      await db.execute(`update messages set state = 'suppressed' where id = $1`, [id])
    },
  }
}

async function load({ db }: OutboxWorld, id: number): Promise<FoundRow> {
  const [row] = await db.query<FoundRow>('select * from messages where id = $1', [id])
  if (row === undefined) throw new Error('The message is gone.')
  return row
}

/** The hub's ids are random, and Meta's are one for each message; the model counts. */
function createNames(prefix: string) {
  const names = new Map<string, string>()
  const ids = new Map<string, string>()
  const nameOf = (id: string, expected: string): string => {
    const known = names.get(id)
    if (known !== undefined) return known
    if (ids.has(expected)) return 'another id than before'
    names.set(id, expected)
    ids.set(expected, id)
    return expected
  }
  const wamid = (name: string): string => `${prefix}${name}`
  return {
    wamid,
    callbackId: (name: string): string => ids.get(name) ?? name,
    inResult: (result: SendResult): SendResult =>
      result.kind === 'accepted' ? { ...result, wamid: wamid(result.wamid) } : result,
    inRow: (row: FoundRow, expected: string): FoundRow => ({
      ...row,
      callbackId: nameOf(row.callbackId, expected),
      wamid: row.wamid?.replace(prefix, '') ?? null,
    }),
  }
}
