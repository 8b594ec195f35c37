import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readInboxLag } from '../../src/intake/inbox-lag-store.ts'
import { createCampaignBrake, decideCampaignShare } from '../../src/outbox/campaign-brake.ts'
import { createSender, sendDue } from '../../src/outbox/sender.ts'
import { after, createOutboxWorld, enqueue, start, type OutboxWorld } from './support/outbox-world.ts'

const log = pino({ level: 'silent' })

test.each([
  [0, 1],
  [1_000, 1],
  [2_000, 0.75],
  [3_000, 0.5],
  [4_999, 0.00025],
  [5_000, 0],
  [3_600_000, 0],
])('when what comes in is %i ms behind, campaigns have %d of the pace', (lagMs, share) => {
  expect(decideCampaignShare(lagMs)).toBe(share)
})

test('of a number at 100 a second, three seconds behind, fifty campaign messages a second may be claimed', async () => {
  await using world = await createOutboxWorld()
  let nowMs = 0
  let lag = 3_000
  const { clock, db } = world
  const brake = createCampaignBrake({ clock, log, lagMs: async () => lag, nowMs: () => nowMs })
  let claimed = 0
  const claimFor = async (ms: number): Promise<void> => {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 10) {
      const { count } = await brake.room(db, 1, 10)
      brake.noteClaimed(1, count)
      claimed += count
    }
  }
  await claimFor(2_000)
  expect(claimed).toBeGreaterThanOrEqual(98)
  expect(claimed).toBeLessThanOrEqual(100)
  // What was not claimed while nothing was due is not made up for.
  nowMs += 60_000
  expect(await brake.room(db, 1, 10)).toEqual({ count: 10, waitMs: 100 })
  brake.noteClaimed(1, 10)
  nowMs += 15
  expect(await brake.room(db, 1, 10)).toEqual({ count: 0, waitMs: 100 })
  // One of a slow number comes in its own time.
  expect(await brake.room(db, 2, 1_000)).toEqual({ count: 0, waitMs: 2_000 })
  lag = 500
  expect(await brake.room(db, 1, 10)).toEqual({ count: Infinity, waitMs: 0 })
})

test('while nothing that comes in is handled no campaign goes, and replies and alerts do', async () => {
  await using world = await createOutboxWorld()
  let lag = 10_000
  const brake = createCampaignBrake({ clock: world.clock, log, lagMs: async () => lag })
  const deps = { ...world.deps, brake }
  for (const purpose of ['campaign', 'campaign', 'alert', 'reply'] as const) await enqueue(world, { purpose })
  expect(await sendDue(deps)).toBe(2)
  expect(await statesOf(world)).toEqual({ alert: 'accepted', reply: 'accepted', campaign: 'waiting' })
  // Nothing to do until others have done theirs.
  expect(await sendDue(deps)).toBe(0)
  lag = 0
  expect(await sendDue(deps)).toBe(2)
  expect(await statesOf(world)).toMatchObject({ campaign: 'accepted' })
})

test('while campaigns may go slowly, the next is looked for when it may go', async () => {
  await using world = await createOutboxWorld()
  const brake = createCampaignBrake({ clock: world.clock, log, lagMs: async () => 3_000 })
  const sender = createSender({ ...world.deps, brake })
  for (let nth = 0; nth < 3; nth++) await enqueue(world, { purpose: 'campaign' })
  let rounds = 0
  while ((await sender.work()) > 0) rounds += 1
  await sender.settled()
  expect(rounds, 'it has waited').toBeGreaterThan(1)
  expect(await statesOf(world)).toEqual({ campaign: 'accepted' })
})

async function statesOf(world: OutboxWorld): Promise<Record<string, string>> {
  const rows = await world.db.query<{ purpose: string; state: string }>(
    `select distinct purpose, state from messages`,
  )
  return Object.fromEntries(rows.map(({ purpose, state }) => [purpose, state]))
}

test('what comes in is as far behind as the oldest delivery or status that waits; what waits for its person is not counted', async () => {
  await using world = await createOutboxWorld()
  const { db } = world
  const delivered = (state: string, atMs: number): Promise<number> =>
    db.execute(
      `insert into inbox_deliveries (source, body, received_at, state) values ('whatsapp', '', $1, $2)`,
      [after(atMs), state],
    )
  const event = (kind: string, state: string, dueMs: number): Promise<number> =>
    db.execute(
      `insert into inbox_events (delivery_id, source, kind, lane, sequence, dedupe_key, payload, state, attempts, due_at, received_at)
       values (1, 'whatsapp', $1, case $1 when 'status' then null else 'person' end, 1, $5, '', $2, 0, $3, $4)`,
      [kind, state, after(dueMs), start, `${kind} ${state} ${dueMs}`],
    )
  const lagAt = (ms: number): Promise<number> => readInboxLag(db, after(ms))
  expect(await lagAt(9_000)).toBe(0)
  await delivered('split', 0)
  await delivered('dead', 0)
  await event('status', 'done', 0)
  await event('message', 'waiting', 0)
  await event('status', 'retry', 20_000)
  expect(await lagAt(9_000)).toBe(0)
  await event('status', 'waiting', 4_000)
  expect(await lagAt(9_000)).toBe(5_000)
  await delivered('received', 2_000)
  expect(await lagAt(9_000)).toBe(7_000)
  // Another machine's clock may be a little ahead.
  expect(await lagAt(1_000)).toBe(0)
})
