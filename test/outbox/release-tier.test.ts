import { describe, expect, test } from 'vitest'
import { createStandingClock } from '../../src/platform/clock.ts'
import { releaseTier } from '../../src/outbox/release-tier.ts'
import type { GuardedMessage } from '../../src/outbox/guarded-message.ts'
import { at, createGuardWorld, hour, start, type GuardWorld } from './support/guard-world.ts'

/** A sender as far as the limit is concerned: what is due is claimed in batches, and goes, waits, or turns out not to be wanted. */
function createSenderOf(world: GuardWorld, unwanted: ReadonlySet<number> = new Set()) {
  const known = new Map<number, GuardedMessage>()
  const claims = new Map<number, number>()
  const clock = createStandingClock(start)
  const claim = async (): Promise<number> => {
    const rows = await world.db.query<{ id: number }>(
      `select m.id from messages m join phone_numbers n on n.id = m.phone_number_id and n.state = 'active'
       where m.state = 'waiting' and m.due_at <= $1 order by m.lane, m.due_at, m.id limit 31`,
      [clock.now()],
    )
    const batch = rows.map(({ id }) => known.get(id)!)
    for (const { id } of batch) claims.set(id, (claims.get(id) ?? 0) + 1)
    const wanted = batch.filter(({ id }) => !unwanted.has(id))
    const held = await world.guard(wanted, clock.now())
    const gone = batch.filter(({ id }) => !held.has(id)).map(({ id }) => id)
    await world.db.execute(`update messages set state = 'sent', reason = null where id = any($1)`, [
      gone.filter((id) => !unwanted.has(id)),
    ])
    await world.db.execute(`update messages set state = 'suppressed' where id = any($1)`, [
      gone.filter((id) => unwanted.has(id)),
    ])
    await world.db.execute(
      `update messages m set reason = 'tier_reached', due_at = u.due_at from unnest($1::bigint[], $2::timestamptz[]) u(id, due_at)
       where m.id = u.id`,
      [[...held.keys()], [...held.values()].map((why) => (why.kind === 'defer' ? why.until : clock.now()))],
    )
    return batch.length
  }
  return {
    claims,
    know: (messages: readonly GuardedMessage[]) => {
      for (const message of messages) known.set(message.id, message)
    },
    /** All that can go now, goes. */
    workAt: async (now: Date): Promise<void> => {
      clock.set(now)
      do while ((await claim()) > 0);
      while ((await releaseTier({ db: world.db, clock })) > 0)
    },
    sent: async (): Promise<number> =>
      (await world.db.query(`select 1 from messages where state = 'sent'`)).length,
  }
}

describe('those who wait for Meta’s messaging limit', () => {
  test('are let go as room comes, and are not looked at again and again until then', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_250')
    const messages = await world.messages(3_000)
    // Every ninth of them is not wanted any more when its turn comes: their places go to the next.
    const sender = createSenderOf(
      world,
      new Set(messages.filter((_, nth) => nth % 9 === 8).map(({ id }) => id)),
    )
    sender.know(messages)
    const wanted = 3_000 - Math.floor(3_000 / 9)
    for (let day = 0; day * 250 < wanted; day++) {
      await sender.workAt(at(day * 24 * hour))
      expect(await sender.sent()).toBe(Math.min(wanted, 250 * (day + 1)))
      await sender.workAt(at(day * 24 * hour + 12 * hour))
      await sender.workAt(at((day + 1) * 24 * hour - 1))
      expect(await sender.sent()).toBe(Math.min(wanted, 250 * (day + 1)))
    }
    expect(Math.max(...sender.claims.values())).toBeLessThanOrEqual(3)
  }, 60_000)

  test('go in their order, alerts first, and a stopped number’s keep nobody else’s place', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_50')
    const sender = createSenderOf(world)
    const campaigns = await world.messages(60)
    const alerts = await world.messages(60, { purpose: 'alert' })
    sender.know([...campaigns, ...alerts])
    await world.db.execute(`update messages set lane = 1 where purpose = 'alert'`)
    await sender.workAt(start)
    expect(await sender.sent()).toBe(50)
    const stopped = await world.db.query<{ id: number }>(
      `insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
       select shop_id, waba_id, 'stopped', '+1', 80, 'stopped', updated_at from phone_numbers returning id`,
    )
    await world.db.execute(`update messages set phone_number_id = $1 where id = any($2)`, [
      stopped[0]!.id,
      alerts.slice(50).map(({ id }) => id),
    ])
    await sender.workAt(at(24 * hour))
    const left = await world.db.query<{ id: number }>(
      `select id from messages where state = 'waiting' order by id`,
    )
    expect(left.map(({ id }) => id)).toEqual(
      [...campaigns.slice(50), ...alerts.slice(50)].map(({ id }) => id),
    )
  })

  test('are not counted at each look: only when somebody has left the day', async () => {
    await using world = await createGuardWorld()
    await world.tier('TIER_50')
    await world.guard(await world.messages(50))
    const late = await world.messages(31)
    const countedBy = async (now: Date): Promise<boolean> => {
      await world.guard(late, now)
      const [before] = await world.db.query<{ contactsAtMost: number }>(
        `update meta_portfolios set contacts_at_most = 50 returning contacts_at_most`,
      )
      // Were they counted again, it would be found that two have gone.
      await world.db.execute(
        `delete from portfolio_contacts where address in (select address from portfolio_contacts limit 2)`,
      )
      const held = await world.guard(late, now)
      expect(before!.contactsAtMost).toBe(50)
      return held.size < 31
    }
    expect(await countedBy(at(hour))).toBe(false)
    expect(await countedBy(at(24 * hour))).toBe(true)
  })
})
