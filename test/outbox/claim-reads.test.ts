import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listDueNumbers } from '../../src/outbox/claim-store.ts'
import { startBatch } from '../../src/outbox/start-batch.ts'
import type { Database, Tx } from '../../src/platform/database.ts'
import {
  addPerson,
  after,
  createOutboxWorld,
  hour,
  minute,
  start,
  templateContent,
  type OutboxWorld,
} from './support/outbox-world.ts'

// What a claim reads must not grow with what is due: it would take longer than it may, and nothing would ever be sent.

const backlog = 50_000
// A batch, what is put aside at once and what is read to decide about them.
const readsAtMost = 2_500

let world: OutboxWorld
let campaigns: { running: number; stopped: number }

beforeAll(async () => {
  world = await createOutboxWorld()
  const [running, stopped] = await world.db.query<{ id: number }>(
    `insert into campaigns (shop_id, kind, is_on, settings, settings_version, created_at, updated_at)
     select $1, kind, true, '{}', 1, $2, $2 from unnest('{price_drop,back_in_stock}'::text[]) kind returning id`,
    [world.shopId, start],
  )
  campaigns = { running: running!.id, stopped: stopped!.id }
  await addMessages({ count: backlog, campaignId: campaigns.running })
})

afterAll(() => world[Symbol.asyncDispose]())

beforeEach(async () => {
  await world.db.execute(`update shops set sending_stopped_at = null`)
  await world.db.execute(`update campaigns set stopped_at = null, stop_reason = null`)
  await world.db.execute(`update phone_numbers set restricted_until = null`)
})

async function addMessages(of: { count: number; campaignId: number; dueAt?: Date; expiresAt?: Date }) {
  const personId = await addPerson(world)
  await world.db.execute(
    `insert into messages (shop_id, person_id, phone_number_id, campaign_id, purpose, lane, state, content, callback_id, attempt,
       due_at, counted_at, expires_at, created_at)
     select $1, $2, $3, $4, 'campaign', 2, 'waiting', $5::text::jsonb, gen_random_uuid()::text, 1, $6, $6, $7, $8 from generate_series(1, $9::int)`,
    [
      world.shopId,
      personId,
      world.phoneNumberId,
      of.campaignId,
      JSON.stringify(templateContent),
      of.dueAt ?? start,
      of.expiresAt ?? null,
      start,
      of.count,
    ],
  )
}

async function countReads(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `select (seq_tup_read + idx_tup_fetch)::int as n from pg_stat_xact_user_tables where relname = 'messages'`,
  )
  return row!.n
}

/** Looks once, as a sender does, and counts the messages that are read for it. */
async function look(now = start): Promise<{ due: number; claimed: number; started: number; reads: number }> {
  let reads = 0
  const counted =
    (db: Database): Database['transaction'] =>
    (work) =>
      db.transaction(async (tx) => {
        const before = await countReads(tx)
        const done = await work(tx)
        reads += (await countReads(tx)) - before
        return done
      })
  const db: Database = { ...world.db, transaction: counted(world.db) }
  const due = await db.transaction((tx) => listDueNumbers(tx, now))
  const batch = await startBatch({ ...world.deps, db }, world.phoneNumberId, { now, leaseSeconds: 60 })
  return { due: due.length, claimed: batch.claimed, started: batch.started.length, reads }
}

test('of a number that is closed only what is too old is read', async () => {
  await addMessages({ count: 10, campaignId: campaigns.running, expiresAt: after(minute) })
  await world.db.execute(`update shops set sending_stopped_at = $1`, [start])
  expect(await look()).toMatchObject({ due: 0, claimed: 0 })
  expect((await look()).reads).toBeLessThan(100)
  const { reads, ...done } = await look(after(minute))
  expect(done).toEqual({ due: 1, claimed: 10, started: 0 })
  expect(reads).toBeLessThan(100)
})

test('of a campaign that is stopped only its own messages are read', async () => {
  await addMessages({ count: 10, campaignId: campaigns.stopped, dueAt: after(1_000) })
  await world.db.execute(`update campaigns set stopped_at = $1, stop_reason = 'killed' where id = $2`, [
    start,
    campaigns.stopped,
  ])
  const { reads, claimed } = await look(after(minute))
  expect(claimed).toBe(30)
  expect(reads).toBeLessThan(readsAtMost)
  const again = await look(after(minute))
  expect(again.claimed).toBe(20)
  expect(again.reads).toBeLessThan(readsAtMost)
})

test('of a number that is restricted no more is read than is put aside', async () => {
  await world.db.execute(`update phone_numbers set restricted_until = $1`, [after(24 * hour)])
  for (let nth = 0; nth < 3; nth++) {
    const { reads, started } = await look(after(hour))
    expect(started).toBe(0)
    expect(reads).toBeLessThan(readsAtMost)
  }
})
