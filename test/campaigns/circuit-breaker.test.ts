import { describe, expect, test } from 'vitest'
import { watchOptOut, watchOutcomes } from '../../src/campaigns/circuit-breaker.ts'
import { resumeCampaign, stopCampaign } from '../../src/campaigns/stop-campaign.ts'
import type { MessageOutcome } from '../../src/outbox/decide-outcomes.ts'
import { insertConsentLog } from '../../src/people/consent-store.ts'
import { listAudit } from '../../src/shops/audit-store.ts'
import { at, createGuardWorld, hour, start, type GuardWorld } from '../outbox/support/guard-world.ts'

const merchant = { name: 'api', now: at(2 * hour) }
const which = (world: GuardWorld) => ({ shopId: world.shopId, kind: 'back_in_stock' })

let messages = 0
const outcome = (
  world: GuardWorld,
  kind: MessageOutcome['kind'],
  over: Partial<MessageOutcome> = {},
): MessageOutcome => ({
  messageId: ++messages,
  shopId: world.shopId,
  campaignId: world.campaigns['back_in_stock']!,
  kind,
  wasTaken: false,
  ...over,
})

const learn = (world: GuardWorld, outcomes: readonly MessageOutcome[], now = start): Promise<void> =>
  world.db.transaction((tx) => watchOutcomes(tx, outcomes, now))

const many = (
  world: GuardWorld,
  count: number,
  kind: MessageOutcome['kind'],
  over: Partial<MessageOutcome> = {},
) => Array.from({ length: count }, () => outcome(world, kind, over))

async function stopOf(world: GuardWorld, kind = 'back_in_stock') {
  const [row] = await world.db.query<{
    stoppedAt: Date | null
    stopReason: string | null
    stopDetails: unknown
  }>(`select stopped_at, stop_reason, stop_details from campaigns where kind = $1`, [kind])
  return row!
}

const running = { stoppedAt: null, stopReason: null, stopDetails: null }

/** A person whom a message of a campaign reached, and who now says stop. */
async function optOut(
  world: GuardWorld,
  reachedAt: Date,
  now: Date,
  campaignId = world.campaigns['back_in_stock']!,
) {
  const [person] = await world.db.query<{ id: number }>(
    `insert into people (shop_id, public_id, root_id, send_regions, consent, meta_stop, created_at, updated_at)
     values ($1, gen_random_uuid()::text, 0, '{}', 'opted_in', false, $2, $2) returning id`,
    [world.shopId, start],
  )
  const personId = person!.id
  await world.db.execute(`update people set root_id = id where id = $1`, [personId])
  await world.db.execute(
    `insert into messages (shop_id, person_id, phone_number_id, campaign_id, purpose, lane, state, callback_id, attempt, due_at, created_at, delivered_at)
     values ($1, $2, $3, $4, 'campaign', 2, 'delivered', gen_random_uuid()::text, 1, $5, $5, $5)`,
    [world.shopId, personId, world.phoneNumberId, campaignId, reachedAt],
  )
  const say = (purpose: 'marketing' | 'meta', state: string, when: Date): Promise<void> =>
    world.db.transaction(async (tx) => {
      await insertConsentLog(tx, { shopId: world.shopId, personId, purpose, state, how: 'keyword', at: when })
      await watchOptOut(tx, { personId, now: when })
    })
  await say('marketing', 'opted_out', now)
  return say
}

describe('a campaign that is refused time after time', () => {
  test('stops at the twentieth in a row, tells the merchant, and stays stopped', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 12, 'refused'))
    await learn(world, many(world, 7, 'refused'))
    expect(await stopOf(world)).toEqual(running)
    await learn(world, many(world, 1, 'refused'), at(1_000))
    const details = { refusalsInRow: 20, limit: 20 }
    expect(await stopOf(world)).toEqual({
      stoppedAt: at(1_000),
      stopReason: 'breaker_refusals',
      stopDetails: details,
    })
    expect(await stopOf(world, 'price_drop')).toEqual(running)
    expect(await world.notices()).toEqual([
      {
        code: 'campaign_stopped',
        subject: 'back_in_stock',
        details: { reason: 'breaker_refusals', ...details },
        times: 1,
        resolvedAt: null,
      },
    ])
    expect(await listAudit(world.db, world.shopId, 5)).toMatchObject([
      { actor: 'system', action: 'campaign.stopped', subject: 'campaign:back_in_stock' },
    ])
    // What was on its way when it stopped is still told of.
    await learn(world, [...many(world, 5, 'refused'), ...many(world, 3, 'taken')], at(2_000))
    expect(await stopOf(world)).toMatchObject({ stoppedAt: at(1_000), stopDetails: details })
    expect(await world.notices()).toMatchObject([{ times: 1 }])
  })

  test('goes on when one is taken in between', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 19, 'refused'))
    await learn(world, many(world, 1, 'taken'))
    await learn(world, many(world, 19, 'refused'))
    expect(await stopOf(world)).toEqual(running)
  })

  test('also when WhatsApp takes each message and lets it fail', async () => {
    await using world = await createGuardWorld()
    for (let nth = 0; nth < 19; nth++)
      await learn(world, [outcome(world, 'taken'), outcome(world, 'refused', { wasTaken: true })])
    expect(await stopOf(world)).toEqual(running)
    await learn(world, [outcome(world, 'taken'), outcome(world, 'refused', { wasTaken: true })])
    expect(await stopOf(world)).toMatchObject({ stopReason: 'breaker_refusals' })
  })

  test('is judged by the shop’s own setting, and apart from other campaigns and from what belongs to none', async () => {
    await using world = await createGuardWorld()
    await world.settings({ breakerRefusals: 3 })
    const other = { campaignId: world.campaigns['price_drop']! }
    await learn(world, [
      ...many(world, 2, 'refused'),
      ...many(world, 2, 'refused', other),
      ...many(world, 9, 'refused', { campaignId: null }),
    ])
    expect([await stopOf(world), await stopOf(world, 'price_drop')]).toEqual([running, running])
    await learn(world, [outcome(world, 'refused'), outcome(world, 'taken', other)])
    expect(await stopOf(world)).toMatchObject({ stopReason: 'breaker_refusals' })
    expect(await stopOf(world, 'price_drop')).toEqual(running)
  })

  test('stops once, however many learn of it at the same time, and no refusal is missed', async () => {
    await using world = await createGuardWorld()
    await Promise.all(Array.from({ length: 20 }, () => learn(world, many(world, 1, 'refused'))))
    expect(await stopOf(world)).toMatchObject({
      stopReason: 'breaker_refusals',
      stopDetails: { refusalsInRow: 20 },
    })
    expect(await world.notices()).toMatchObject([{ times: 1 }])
  })
})

describe('a campaign that people leave', () => {
  test('stops when two of a hundred it reached on a day opt out', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 100, 'delivered'))
    await optOut(world, start, at(hour))
    expect(await stopOf(world)).toEqual(running)
    await optOut(world, start, at(hour))
    const details = { day: '2026-03-02', deliveries: 100, optOuts: 2, optOutsAccepted: 0, limitBps: 200 }
    expect(await stopOf(world)).toEqual({
      stoppedAt: at(hour),
      stopReason: 'breaker_opt_outs',
      stopDetails: details,
    })
    expect(await world.notices()).toMatchObject([
      { code: 'campaign_stopped', details: { reason: 'breaker_opt_outs', ...details } },
    ])
  })

  test('is not judged before fifty were reached, and is as soon as they are', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 49, 'delivered'))
    for (let nth = 0; nth < 5; nth++) await optOut(world, start, at(hour))
    expect(await stopOf(world)).toEqual(running)
    await learn(world, many(world, 1, 'delivered'), at(2 * hour))
    expect(await stopOf(world)).toMatchObject({
      stopReason: 'breaker_opt_outs',
      stopDetails: { deliveries: 50, optOuts: 5 },
    })
  })

  test('is judged by the day on which it reached them', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 1_000, 'delivered'))
    await learn(world, many(world, 50, 'delivered'), at(24 * hour))
    await optOut(world, start, at(25 * hour))
    expect(await stopOf(world)).toEqual(running)
    await optOut(world, at(24 * hour), at(25 * hour))
    expect(await stopOf(world)).toMatchObject({
      stopDetails: { day: '2026-03-03', deliveries: 50, optOuts: 1 },
    })
  })

  test('is not blamed for who opts out more than seven days later, nor twice for one person', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 60, 'delivered'))
    await optOut(world, start, at(7 * 24 * hour))
    expect(await stopOf(world)).toEqual(running)
    await learn(world, many(world, 140, 'delivered'))
    const sayAgain = await optOut(world, start, at(7 * 24 * hour - 1))
    await sayAgain('meta', 'stop', at(7 * 24 * hour - 1))
    await sayAgain('marketing', 'opted_out', at(7 * 24 * hour - 1))
    const [counted] = await world.db.query<{ optOuts: number }>(
      `select sum(opt_outs)::int as opt_outs from campaign_days`,
    )
    expect(counted!.optOuts).toBe(1)
  })

  test('is the last that reached the person', async () => {
    await using world = await createGuardWorld()
    await world.settings({ breakerFromDeliveries: 1 })
    const other = world.campaigns['price_drop']!
    await learn(world, [
      ...many(world, 10, 'delivered'),
      ...many(world, 10, 'delivered', { campaignId: other }),
    ])
    await optOut(world, start, at(hour), other)
    expect(await stopOf(world)).toEqual(running)
    expect(await stopOf(world, 'price_drop')).toMatchObject({ stopReason: 'breaker_opt_outs' })
  })

  test('counts every delivery and opt-out, however many are told at the same time', async () => {
    await using world = await createGuardWorld()
    await Promise.all([
      ...Array.from({ length: 30 }, () => learn(world, many(world, 20, 'delivered'))),
      ...Array.from({ length: 11 }, () => optOut(world, start, at(hour))),
    ])
    const sums = await world.db.query(
      `select sum(deliveries)::int as deliveries, sum(opt_outs)::int as opt_outs from campaign_days`,
    )
    expect(sums).toEqual([{ deliveries: 600, optOuts: 11 }])
    await optOut(world, start, at(hour))
    expect(await stopOf(world)).toMatchObject({ stopReason: 'breaker_opt_outs' })
  })
})

describe('a merchant who lets a stopped campaign go on', () => {
  test('starts the counting again, and what it had stopped for does not stop it at once', async () => {
    await using world = await createGuardWorld()
    await learn(world, many(world, 100, 'delivered'))
    for (let nth = 0; nth < 2; nth++) await optOut(world, start, at(hour))
    await learn(world, many(world, 19, 'refused'))
    expect(await world.db.transaction((tx) => resumeCampaign(tx, which(world), merchant))).toBe(true)
    expect(await stopOf(world)).toEqual(running)
    expect(await world.notices()).toMatchObject([{ resolvedAt: merchant.now }])
    await learn(world, [...many(world, 1, 'refused'), ...many(world, 1, 'delivered')])
    await optOut(world, start, at(3 * hour))
    expect(await stopOf(world)).toEqual(running)
    // Another two percent do.
    await optOut(world, start, at(3 * hour))
    await optOut(world, start, at(3 * hour))
    expect(await stopOf(world)).toMatchObject({ stopDetails: { optOuts: 5, optOutsAccepted: 2 } })
    expect(await listAudit(world.db, world.shopId, 9)).toMatchObject([
      { actor: 'system', action: 'campaign.stopped' },
      {
        actor: 'api',
        action: 'campaign.resumed',
        before: { reason: 'breaker_opt_outs', details: { optOuts: 2 } },
      },
      { actor: 'system', action: 'campaign.stopped' },
    ])
  })

  test('brings forward what was put off because of it, and nothing else', async () => {
    await using world = await createGuardWorld()
    const later = at(9 * hour)
    const waiting = await world.messages(4)
    const set = (nth: number, reason: string | null, over = '') =>
      world.db.execute(
        `update messages set due_at = $2, counted_at = $2, reason = $3 ${over} where id = $1`,
        [waiting[nth]!.id, later, reason],
      )
    await world.db.transaction((tx) =>
      stopCampaign(tx, which(world), { reason: 'killed' }, { name: 'cli', now: start }),
    )
    await set(0, 'killed')
    await set(1, 'window_closed')
    await set(2, 'killed', `, campaign_id = ${world.campaigns['price_drop']!}`)
    await set(3, 'killed', `, state = 'expired'`)
    await world.db.transaction((tx) => resumeCampaign(tx, which(world), merchant))
    const due = await world.db.query(`select due_at, counted_at from messages order by id`)
    const unchanged = { dueAt: later, countedAt: later }
    expect(due).toEqual([{ dueAt: merchant.now, countedAt: merchant.now }, unchanged, unchanged, unchanged])
  })

  test('does nothing to one that runs, and the switch leaves the breaker’s own reason', async () => {
    await using world = await createGuardWorld()
    expect(await world.db.transaction((tx) => resumeCampaign(tx, which(world), merchant))).toBe(false)
    await world.settings({ breakerRefusals: 1 })
    await learn(world, many(world, 1, 'refused'))
    const kill = () =>
      world.db.transaction((tx) => stopCampaign(tx, which(world), { reason: 'killed' }, merchant))
    expect(await kill()).toBe(false)
    expect(await stopOf(world)).toMatchObject({ stopReason: 'breaker_refusals' })
    await expect(
      world.db.transaction((tx) =>
        stopCampaign(tx, { shopId: world.shopId, kind: 'none' }, { reason: 'killed' }, merchant),
      ),
    ).rejects.toMatchObject({ code: 'campaign_missing' })
  })
})
