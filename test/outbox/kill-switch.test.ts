import { expect, test } from 'vitest'
import { createPace } from '../../src/outbox/pace.ts'
import { createSender } from '../../src/outbox/sender.ts'
import { monotonicMs } from '../../src/platform/clock.ts'
import { startSending, stopSending } from '../../src/shops/kill-switch.ts'
import { saveStop } from '../../src/campaigns/stop-campaign-store.ts'
import type { GraphRequest } from '../connectors/meta/support/graph-server.ts'
import { accepted, createOutboxWorld, enqueue, start, type OutboxWorld } from './support/outbox-world.ts'

const by = { name: 'test', now: start }

interface Sent {
  atMs: number
  callbackId: string
}

/** Sends until nothing is due, and pulls the switch once `after` requests have come. Returns when it was pulled, and what came. */
async function sendAndPull(
  world: OutboxWorld,
  after: number,
  pull: () => Promise<unknown>,
): Promise<{ pulledMs: number; sent: Sent[] }> {
  const sent: Sent[] = []
  let pulled: Promise<number> | undefined
  world.graph.answer = ({ body }: GraphRequest, nth) => {
    sent.push({
      atMs: monotonicMs(),
      callbackId: (body as { biz_opaque_callback_data: string }).biz_opaque_callback_data,
    })
    if (sent.length === after) pulled = pull().then(() => monotonicMs())
    return accepted(`wamid.${nth}`)
  }
  const sender = createSender({ ...world.deps, pace: createPace(world.db) })
  while ((await sender.work()) > 0);
  await sender.settled()
  while ((await sender.work()) > 0);
  await sender.stop()
  return { pulledMs: (await pulled) ?? Infinity, sent }
}

const waiting = async (world: OutboxWorld, which = 'true'): Promise<number> =>
  (await world.db.query(`select 1 from messages where state = 'waiting' and ${which}`)).length

test('no message of the shop starts a second after its switch was pulled; none is lost, and none goes twice', async () => {
  await using world = await createOutboxWorld()
  for (let nth = 0; nth < 100; nth++) await enqueue(world, { purpose: nth % 4 === 0 ? 'reply' : 'campaign' })
  const first = await sendAndPull(world, 20, () =>
    world.db.transaction((tx) => stopSending(tx, world.shopId, by)),
  )
  const lastMs = Math.max(...first.sent.map(({ atMs }) => atMs))
  expect(lastMs).toBeLessThan(first.pulledMs + 1_000)
  expect(first.sent.length).toBeLessThan(100)
  expect(await waiting(world)).toBe(100 - first.sent.length)
  await world.db.transaction((tx) => startSending(tx, world.shopId, by))
  const rest = await sendAndPull(world, Infinity, async () => undefined)
  const ids = [...first.sent, ...rest.sent].map(({ callbackId }) => callbackId)
  expect(new Set(ids).size).toBe(100)
  expect(ids).toHaveLength(100)
})

test('no message of a campaign does, while another campaign goes on', async () => {
  await using world = await createOutboxWorld()
  const campaigns = await world.db.query<{ id: number }>(
    `insert into campaigns (shop_id, kind, is_on, settings, settings_version, created_at, updated_at)
     select $1, kind, true, '{}', 1, $2, $2 from unnest('{back_in_stock,price_drop}'::text[]) kind returning id`,
    [world.shopId, start],
  )
  const [stopped, other] = campaigns.map(({ id }) => id)
  for (let nth = 0; nth < 80; nth++) {
    const id = await enqueue(world, { purpose: 'campaign' })
    await world.db.execute(`update messages set campaign_id = $2 where id = $1`, [
      id,
      nth % 2 === 0 ? stopped : other,
    ])
  }
  const { pulledMs, sent } = await sendAndPull(world, 20, () =>
    world.db.transaction((tx) => saveStop(tx, stopped!, { reason: 'killed', details: {}, now: start })),
  )
  const rows = await world.db.query<{ callbackId: string }>(
    `select callback_id from messages where campaign_id = $1`,
    [stopped],
  )
  const ofStopped = new Set(rows.map(({ callbackId }) => callbackId))
  const times = sent.filter(({ callbackId }) => ofStopped.has(callbackId)).map(({ atMs }) => atMs)
  expect(Math.max(...times)).toBeLessThan(pulledMs + 1_000)
  expect(times.length).toBeLessThan(40)
  expect(sent.length - times.length).toBe(40)
  expect(await waiting(world, `reason = 'killed'`)).toBe(40 - times.length)
})
