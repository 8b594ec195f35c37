import { describe, expect, test } from 'vitest'
import { createSender, sendDue } from '../../src/outbox/sender.ts'
import { startBatch } from '../../src/outbox/start-batch.ts'
import { forgetContactLevels } from '../../src/outbox/contact-pace-store.ts'
import { handBack } from '../../src/outbox/claim-store.ts'
import { countInbound, pauseNumber, slowDown } from '../../src/outbox/pace-store.ts'
import { createPace } from '../../src/outbox/pace.ts'
import {
  acceptAll,
  addPerson,
  after,
  createOutboxWorld,
  enqueue,
  hour,
  load,
  minute,
  sentTo,
  start,
  templateContent,
  type OutboxWorld,
} from './support/outbox-world.ts'
import { unpaced } from './support/unpaced.ts'

async function addCampaign(world: OutboxWorld, kind: string): Promise<number> {
  const [row] = await world.db.query<{ id: number }>(
    `insert into campaigns (shop_id, kind, is_on, settings, settings_version, created_at, updated_at)
     values ($1, $2, true, '{}', 1, $3, $3) returning id`,
    [world.shopId, kind, start],
  )
  return row!.id
}

/** Campaign messages to one person, all due now. */
async function addMany(world: OutboxWorld, of: { count: number; campaignId: number | null }): Promise<void> {
  const personId = await addPerson(world)
  await world.db.execute(
    `insert into messages (shop_id, person_id, phone_number_id, campaign_id, purpose, lane, state, content, callback_id, attempt, due_at, counted_at, created_at)
     select $1, $2, $3, $4, 'campaign', 2, 'waiting', $6::text::jsonb, 'cb' || n, 1, $5, $5, $5 from generate_series(1, $7::int) n`,
    [
      world.shopId,
      personId,
      world.phoneNumberId,
      of.campaignId,
      start,
      JSON.stringify(templateContent),
      of.count,
    ],
  )
}

const statesOf = (world: OutboxWorld): Promise<{ state: string; reason: string | null; n: number }[]> =>
  world.db.query(
    `select state, reason, count(*)::int as n from messages group by state, reason order by n desc, state`,
  )

describe('a kill switch', () => {
  test('of a shop keeps everything waiting, replies too, and ends only what is too old', async () => {
    await using world = await createOutboxWorld()
    const ids = [
      await enqueue(world, { purpose: 'reply' }),
      await enqueue(world, { purpose: 'campaign', expiresAt: after(hour) }),
    ]
    await world.db.execute(`update shops set sending_stopped_at = $1, sending_stop_reason = 'killed'`, [
      start,
    ])
    expect(await sendDue(world.deps)).toBe(0)
    world.clock.advance(hour)
    expect(await sendDue(world.deps)).toBe(1)
    expect(await load(world, ids[1]!)).toMatchObject({ state: 'expired' })
    await world.db.execute(`update shops set sending_stopped_at = null`)
    expect(await sendDue(world.deps)).toBe(1)
    expect(await load(world, ids[0]!)).toMatchObject({ state: 'accepted' })
    expect(sentTo(world.graph)).toHaveLength(1)
  })

  test('of a campaign puts its messages aside with the reason, and those of others go', async () => {
    await using world = await createOutboxWorld()
    const stopped = await addCampaign(world, 'price_drop')
    const running = await addCampaign(world, 'back_in_stock')
    const held = await enqueue(world, {
      purpose: 'campaign',
      campaignId: stopped,
      expiresAt: after(2 * minute),
    })
    const later = await enqueue(world, { purpose: 'alert', campaignId: stopped })
    const goes = await enqueue(world, { purpose: 'campaign', campaignId: running })
    await world.db.execute(`update campaigns set stopped_at = $2, stop_reason = 'killed' where id = $1`, [
      stopped,
      start,
    ])
    await sendDue(world.deps)
    expect(await load(world, goes)).toMatchObject({ state: 'accepted' })
    expect(await load(world, held)).toMatchObject({
      state: 'waiting',
      reason: 'killed',
      dueAt: after(2 * minute),
      countedAt: after(2 * minute),
    })
    expect(await load(world, later)).toMatchObject({ state: 'waiting', reason: 'killed' })
    world.clock.advance(2 * minute)
    await sendDue(world.deps)
    expect(await load(world, held)).toMatchObject({ state: 'expired', countedAt: null })
    world.clock.advance(10 * minute)
    await world.db.execute(`update campaigns set stopped_at = null`)
    await sendDue(world.deps)
    expect(await load(world, later)).toMatchObject({ state: 'accepted' })
  })

  test('with a thousand messages at the head of the line does not keep the others waiting', async () => {
    await using world = await createOutboxWorld()
    const stopped = await addCampaign(world, 'price_drop')
    await addMany(world, { count: 1_000, campaignId: stopped })
    const goes = await enqueue(world, { purpose: 'campaign' })
    await world.db.execute(`update campaigns set stopped_at = $1, stop_reason = 'killed'`, [start])
    for (let nth = 0; nth < 4; nth++) await sendDue(world.deps)
    expect(await load(world, goes)).toMatchObject({ state: 'accepted' })
    expect(sentTo(world.graph)).toHaveLength(1)
    expect(await statesOf(world)).toEqual([
      { state: 'waiting', reason: 'killed', n: 1000 },
      { state: 'accepted', reason: null, n: 1 },
    ])
  })

  test('of a campaign looks less and less often at what waits, and at least once an hour', async () => {
    await using world = await createOutboxWorld()
    const stopped = await addCampaign(world, 'price_drop')
    const id = await enqueue(world, { purpose: 'campaign', campaignId: stopped })
    await world.db.execute(`update campaigns set stopped_at = $1, stop_reason = 'killed'`, [start])
    for (const [lookedAt, nextAt] of [
      [0, 5 * minute],
      [20 * minute, 40 * minute],
      [3 * hour, 4 * hour],
    ] as const) {
      world.clock.set(after(lookedAt))
      await sendDue(world.deps)
      expect(await load(world, id)).toMatchObject({ state: 'waiting', dueAt: after(nextAt) })
    }
  })
})

test('what is too old ends at its time, however far off it was put', async () => {
  await using world = await createOutboxWorld()
  const id = await enqueue(world, { purpose: 'campaign', expiresAt: after(hour) })
  await world.db.execute(`update messages set due_at = '9999-12-31'`)
  world.clock.advance(hour - 1)
  expect(await sendDue(world.deps)).toBe(0)
  world.clock.advance(1)
  expect(await sendDue(world.deps)).toBe(1)
  expect(await load(world, id)).toMatchObject({ state: 'expired', reason: 'expired', countedAt: null })
})

describe('a number that Meta restricts', () => {
  test('begins none of what is due, however much that is', async () => {
    await using world = await createOutboxWorld()
    await addMany(world, { count: 600, campaignId: null })
    await world.db.execute(`update phone_numbers set restricted_until = $1, restriction = 'x'`, [after(hour)])
    await sendDue(world.deps)
    expect(sentTo(world.graph)).toHaveLength(0)
    expect(await sendDue(world.deps)).toBeGreaterThan(0)
    expect(await statesOf(world)).toEqual([{ state: 'waiting', reason: 'number_restricted', n: 600 }])
  })

  test('without an end looks again in an hour, or when the message is too old', async () => {
    await using world = await createOutboxWorld()
    const [short, long] = [
      await enqueue(world, { purpose: 'campaign', expiresAt: after(10 * minute) }),
      await enqueue(world, { purpose: 'campaign' }),
    ]
    await world.db.execute(`update phone_numbers set restricted_until = '9999-12-31', restriction = 'x'`)
    await sendDue(world.deps)
    expect(await load(world, short)).toMatchObject({ dueAt: after(10 * minute), reason: 'number_restricted' })
    expect(await load(world, long)).toMatchObject({ dueAt: after(hour), reason: 'number_restricted' })
    world.clock.advance(10 * minute)
    await sendDue(world.deps)
    expect(await load(world, short)).toMatchObject({ state: 'expired' })
  })

  test('answers, and begins nothing until the restriction ends', async () => {
    await using world = await createOutboxWorld()
    const campaign = await enqueue(world, { purpose: 'campaign' })
    const reply = await enqueue(world, { purpose: 'reply' })
    await world.db.execute(`update phone_numbers set restricted_until = $1, restriction = 'x'`, [after(hour)])
    await sendDue(world.deps)
    expect(await load(world, reply)).toMatchObject({ state: 'accepted' })
    expect(await load(world, campaign)).toMatchObject({
      state: 'waiting',
      reason: 'number_restricted',
      dueAt: after(hour),
    })
    world.clock.advance(hour)
    await sendDue(world.deps)
    expect(await load(world, campaign)).toMatchObject({ state: 'accepted' })
  })
})

describe('one person', () => {
  test('gets replies in their order, the next when the one before is answered', async () => {
    await using world = await createOutboxWorld()
    const personId = await addPerson(world)
    const first = await enqueue(world, { purpose: 'reply', personId })
    await startBatch(world.deps, world.phoneNumberId, { now: start, leaseSeconds: 60 })
    const second = await enqueue(world, { purpose: 'reply', personId })
    const other = await enqueue(world, { purpose: 'reply' })
    await sendDue(world.deps)
    expect(await load(world, first)).toMatchObject({ state: 'sending' })
    expect(await load(world, second)).toMatchObject({ state: 'waiting' })
    expect(await load(world, other)).toMatchObject({ state: 'accepted' })
  })

  test('gets at most ten replies at once, and the rest as the bucket fills', async () => {
    await using world = await createOutboxWorld()
    const personId = await addPerson(world)
    for (let nth = 0; nth < 12; nth++) await enqueue(world, { purpose: 'reply', personId })
    await sendDue(world.deps)
    expect(await statesOf(world)).toEqual([
      { state: 'accepted', reason: null, n: 10 },
      { state: 'waiting', reason: 'contact_pace', n: 2 },
    ])
    world.clock.advance(6_000)
    await sendDue(world.deps)
    expect(sentTo(world.graph)).toHaveLength(11)
    world.clock.advance(6_000)
    await sendDue(world.deps)
    expect(sentTo(world.graph)).toHaveLength(12)
  })

  test('gets an alert and a campaign message six seconds apart', async () => {
    await using world = await createOutboxWorld()
    const personId = await addPerson(world)
    await enqueue(world, { purpose: 'alert', personId })
    const campaign = await enqueue(world, { purpose: 'campaign', personId })
    await sendDue(world.deps)
    expect(await load(world, campaign)).toMatchObject({
      state: 'waiting',
      reason: 'contact_pace',
      dueAt: after(6_000),
    })
  })
})

test('of what is too old nothing waits for the pace of its person', async () => {
  await using world = await createOutboxWorld()
  const personId = await addPerson(world)
  for (let nth = 0; nth < 3; nth++)
    await enqueue(world, { purpose: 'campaign', personId, expiresAt: after(minute) })
  world.clock.advance(minute)
  await sendDue(world.deps)
  expect(await statesOf(world)).toEqual([{ state: 'expired', reason: 'expired', n: 3 }])
})

describe('what could not be called', () => {
  const neverTheirTurn = {
    ...unpaced,
    take: async () => ({ next: async () => false, close: () => undefined }),
  }

  test('is handed back as if it had not been claimed', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    const before = await load(world, id)
    const given: number[] = []
    await sendDue({
      ...world.deps,
      pace: neverTheirTurn,
      onHandedBack: async (_, ids) => void given.push(...ids),
    })
    expect(given).toEqual([id])
    expect(sentTo(world.graph)).toHaveLength(0)
    expect(await load(world, id)).toMatchObject({
      state: 'waiting',
      attempt: 1,
      callbackId: before.callbackId,
      startedAt: null,
      countedAt: start,
    })
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  })

  test('for a user id that was refused goes to the number all the same, also after another failure', async () => {
    await using world = await createOutboxWorld()
    const [bsuid, phone] = ['US.13491208655302741918', '+16505550142']
    const personId = await addPerson(world, {
      identities: [
        { kind: 'bsuid', value: bsuid },
        { kind: 'phone', value: phone, verified: false },
      ],
    })
    const id = await enqueue(world, { purpose: 'campaign', personId })
    const refuse = async (code: number): Promise<void> => {
      world.graph.answer = () => ({ status: 400, body: { error: { code, message: 'No.' } } })
      await sendDue(world.deps)
      world.clock.advance(minute)
    }
    await refuse(131000)
    await refuse(131062)
    expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 3, errorCode: 131062 })
    await sendDue({ ...world.deps, pace: neverTheirTurn })
    expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 3, errorCode: null })
    await refuse(131000)
    expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 4, sentTo: phone })
    world.graph.answer = acceptAll()
    world.clock.advance(hour)
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'accepted', sentTo: phone })
  })

  test('is not taken from whoever has claimed it since', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    const at = { now: start, leaseSeconds: 60 }
    const { started: first } = await startBatch(world.deps, world.phoneNumberId, at)
    expect(await world.db.transaction((tx) => handBack(tx, first))).toEqual([id])
    world.clock.advance(minute)
    await startBatch(world.deps, world.phoneNumberId, { ...at, now: world.clock.now() })
    expect(await world.db.transaction((tx) => handBack(tx, first))).toEqual([])
    expect(await load(world, id)).toMatchObject({ state: 'sending' })
  })

  test('is handed back when the sender stops, and what is under way is waited for', async () => {
    await using world = await createOutboxWorld()
    await world.db.execute(`update phone_numbers set rate_per_second = 20`)
    for (let nth = 0; nth < 3; nth++) await enqueue(world, { purpose: 'campaign' })
    let answer = (): void => undefined
    const asked = new Promise<void>((heard) => {
      world.graph.answer = async (_, nth) => {
        heard()
        await new Promise<void>((resolve) => (answer = resolve))
        return { body: { messages: [{ id: `wamid.${nth}` }], contacts: [] } }
      }
    })
    const sender = createSender({ ...world.deps, pace: createPace(world.db) })
    expect(await sender.work()).toBe(3)
    await asked
    const stopped = sender.stop()
    answer()
    await stopped
    expect(await statesOf(world)).toEqual([
      { state: 'waiting', reason: null, n: 2 },
      { state: 'accepted', reason: null, n: 1 },
    ])
    expect(await sender.work()).toBe(0)
  })
})

describe('the pace', () => {
  const claim = (world: OutboxWorld) =>
    startBatch({ ...world.deps, pace: createPace(world.db) }, world.phoneNumberId, {
      now: start,
      leaseSeconds: 60,
    })

  async function backlogMs(world: OutboxWorld): Promise<number> {
    const [row] = await world.db.query<{ ms: number }>(
      `select extract(epoch from greatest(next_slot_at, paused_until) - clock_timestamp())::float8 * 1000 as ms from number_pace`,
    )
    return row!.ms
  }

  test('is shared by all who send: what one has taken is not there for the next', async () => {
    await using world = await createOutboxWorld()
    // One every 204 ms.
    await world.db.execute(`update phone_numbers set rate_per_second = 5`)
    for (let nth = 0; nth < 3; nth++) await enqueue(world, { purpose: 'campaign' })
    const first = await claim(world)
    expect(first.started).toHaveLength(1)
    const second = await claim(world)
    expect(second).toMatchObject({ claimed: 0, started: [] })
    expect(second.waitMs).toBeGreaterThan(0)
  })

  test('what comes in takes its part of it', async () => {
    await using world = await createOutboxWorld()
    const before = await backlogMs(world)
    expect(before).toBeLessThanOrEqual(0)
    await countInbound(world.db, 'number-shop', 40)
    // Half a second's worth at 78.4/s.
    expect(await backlogMs(world)).toBeGreaterThan(300)
    expect(await backlogMs(world)).toBeLessThan(511)
  })

  test('stands still for a second when Meta finds it too much, and goes on with half', async () => {
    await using world = await createOutboxWorld()
    await world.db.transaction((tx) => slowDown(tx, world.phoneNumberId))
    // Told by every message of a burst, it is one slow-down.
    await world.db.transaction((tx) => slowDown(tx, world.phoneNumberId))
    const [pace] = await world.db.query<{ slowedTo: number }>(`select slowed_to from number_pace`)
    expect(pace!.slowedTo).toBe(0.5)
    await enqueue(world, { purpose: 'reply' })
    expect(await claim(world)).toMatchObject({ claimed: 0 })
    await world.db.execute(
      `update number_pace set next_slot_at = clock_timestamp() - interval '1 s', slowed_at = clock_timestamp() - interval '2 s'`,
    )
    await world.db.transaction((tx) => slowDown(tx, world.phoneNumberId))
    const [again] = await world.db.query<{ slowedTo: number }>(`select slowed_to from number_pace`)
    expect(again!.slowedTo).toBeGreaterThan(0.25)
    expect(again!.slowedTo).toBeLessThan(0.3)
  })

  test('is paused for a number, or for all numbers of its account', async () => {
    await using world = await createOutboxWorld()
    await enqueue(world, { purpose: 'reply' })
    const pause = { seconds: 90, reason: 'error_131057', wholeAccount: true }
    await world.db.transaction((tx) => pauseNumber(tx, world.phoneNumberId, pause))
    await world.db.transaction((tx) =>
      pauseNumber(tx, world.phoneNumberId, { ...pause, seconds: 5, reason: 'shorter' }),
    )
    expect(await backlogMs(world)).toBeGreaterThan(80_000)
    const [row] = await world.db.query<{ pauseReason: string }>(`select pause_reason from number_pace`)
    expect(row!.pauseReason).toBe('error_131057')
    expect(await claim(world)).toMatchObject({ claimed: 0 })
  })
})

test('what was last written to a person is forgotten once their bucket is full', async () => {
  await using world = await createOutboxWorld()
  await enqueue(world, { purpose: 'reply' })
  await sendDue(world.deps)
  expect(await forgetContactLevels(world.db, after(hour))).toEqual({ forgotten: 0, next: null })
  expect(await forgetContactLevels(world.db, after(hour + 1))).toEqual({ forgotten: 1, next: null })
})
