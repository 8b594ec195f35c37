import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createConnections } from '../../src/app-connections.ts'
import { createPace } from '../../src/outbox/pace.ts'
import { createSender, mostUnderWay } from '../../src/outbox/sender.ts'
import { monotonicMs } from '../../src/platform/clock.ts'
import { createSecretsBox } from '../../src/platform/secrets-box.ts'
import { saveCredentials } from '../../src/shops/credentials.ts'
import { stopSending } from '../../src/shops/kill-switch.ts'
import { accepted, createOutboxWorld, start, type OutboxWorld } from './support/outbox-world.ts'
import { unpaced } from './support/unpaced.ts'

// Fast enough that more is under way than a client has connections by default.
const perSecond = 300

async function addReplies(world: OutboxWorld, count: number): Promise<void> {
  await world.db.execute(`update phone_numbers set rate_per_second = $1`, [perSecond])
  await world.db.execute(
    `with added as (
       insert into people (shop_id, public_id, root_id, send_regions, consent, meta_stop, last_inbound_at, created_at, updated_at)
       select $1, 'reader-' || n, 0, '{}', 'opted_in', false, $2, $2, $2 from generate_series(1, $4::int) n returning id
     ), known as (
       insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
       select $1, id, 'wa_id', '+1650555' || 1000 + id, '1650555' || 1000 + id, true, 'test', $2 from added
     )
     insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, attempt, content, due_at, created_at)
     select $1, id, $3, 'reply', 0, 'waiting', 'cb' || id, 1, '{"kind":"text","body":"Hello"}', $2, $2 from added`,
    [world.shopId, start, world.phoneNumberId, count],
  )
  await world.db.execute(`update people set root_id = id where root_id = 0`)
}

/** Sends with the hub's own client to a WhatsApp that answers nothing for so long; returns when requests arrived there. */
async function sendSlowly(
  world: OutboxWorld,
  { slowMs, onArrival = () => undefined }: { slowMs: number; onArrival?: (nth: number) => void },
): Promise<number[]> {
  const { db, clock, random, graph, shopId } = world
  const box = createSecretsBox({ current: randomBytes(32), previous: [] })
  await db.transaction((tx) =>
    saveCredentials(tx, box, { shopId, kind: 'whatsapp', now: start }, { accessToken: 'token' }),
  )
  const connections = createConnections({
    db,
    box,
    clock,
    random,
    graph: { url: graph.url, version: 'v25.0' },
  })
  const arrivals: number[] = []
  graph.answer = async (_, nth) => {
    const atMs = monotonicMs()
    arrivals.push(atMs)
    onArrival(arrivals.length)
    const leftMs = (arrivals[0] ?? atMs) + slowMs - atMs
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
    return accepted(`wamid.${nth}`)
  }
  const sender = createSender({
    ...world.deps,
    pace: createPace(db),
    cloudApiOf: (id) => connections.cloudApiOf(id),
  })
  while ((await sender.work()) > 0);
  await sender.settled()
  await sender.stop()
  connections.close()
  return arrivals
}

function mostInASecond(atMs: readonly number[]): number {
  return Math.max(...atMs.map((from) => atMs.filter((at) => at >= from && at < from + 1_000).length))
}

test('when WhatsApp answers again after a while, nothing that had waited comes over the pace', async () => {
  await using world = await createOutboxWorld()
  await addReplies(world, 900)
  const arrivals = await sendSlowly(world, { slowMs: 1_500 })
  expect(arrivals).toHaveLength(900)
  // As noted there, a moment after they began; what had waited for a connection would come all at once.
  expect(mostInASecond(arrivals)).toBeLessThan(perSecond * 1.1)
})

test('a kill switch acts within a second however slow WhatsApp is', async () => {
  await using world = await createOutboxWorld()
  await addReplies(world, 900)
  let pulled: Promise<number> | undefined
  const arrivals = await sendSlowly(world, {
    slowMs: 3_000,
    onArrival: (nth) => {
      if (nth !== 190) return
      const by = { name: 'test', now: start }
      pulled = world.db.transaction((tx) => stopSending(tx, world.shopId, by)).then(() => monotonicMs())
    },
  })
  expect(Math.max(...arrivals)).toBeLessThan(((await pulled) ?? 0) + 1_000)
  expect(arrivals.length).toBeLessThan(900)
})

test('no more is claimed than there are connections, however much is due and long WhatsApp answers nothing', async () => {
  await using world = await createOutboxWorld()
  await addReplies(world, mostUnderWay + 200)
  const pace = { ...unpaced, room: async () => ({ count: 2 * mostUnderWay, waitMs: 0, gapMs: 1 }) }
  let answer = (): void => undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  const api = { send: () => held.then(() => ({ kind: 'unknown' as const, reason: 'timed out' })) }
  const sender = createSender({ ...world.deps, pace, cloudApiOf: async () => api })
  expect(await sender.work()).toBe(mostUnderWay)
  // Nothing more is claimed, but it will look again soon.
  expect(await sender.work()).toBe(1)
  answer()
  await sender.settled()
  expect(await sender.work()).toBe(200)
  await sender.stop()
})
