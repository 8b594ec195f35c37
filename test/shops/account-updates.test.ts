import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHandlers } from '../../src/app-handlers.ts'
import { findNumberByMetaId, findShopOfWaba } from '../../src/shops/number-store.ts'
import { createInboxProcessor } from '../../src/intake/inbox-processor.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { startNumbers } from '../../src/shops/start-numbers.ts'
import { hasFixtures, loadWhatsAppDeliveries } from '../support/fixtures.ts'
import { drain, openDoor, type OpenDoor } from '../intake/intake-world.ts'
import { at, createGuardWorld, hour, start, type GuardWorld } from '../outbox/support/guard-world.ts'

const log = createLog({ level: 'silent', pretty: false })
const account = '102290129340398'
const noonS = start.getTime() / 1000

interface AccountWorld extends GuardWorld {
  door: OpenDoor
  /** A signed webhook, taken in, cut and handled; each a second later by Meta's time, unless said otherwise. */
  hears(field: string, value: unknown, timeS?: number): Promise<void>
  hearsBody(body: Buffer | string): Promise<void>
  number(): Promise<Record<string, unknown>>
  events(): Promise<{ kind: string; state: string; reason: string | null }[]>
}

/** Starts at noon, by every clock. */
async function createAccountWorld(): Promise<AccountWorld> {
  const world = await createGuardWorld()
  const { db } = world
  const door = await openDoor(db, 'in front of Express')
  const handlers = createHandlers({
    random: createSeededRandom(1),
    links: createLinkTokens(Buffer.alloc(32, 3)),
    wake: (lane) => door.woken.push(lane),
    log,
  })
  const processor = createInboxProcessor({
    db,
    clock: door.clock,
    log,
    metrics: createMetrics({ withProcess: false }),
    handlers: handlers.inbox,
    findNumber: findNumberByMetaId,
    findShopOfWaba,
  })
  const hearsBody = async (body: Buffer | string): Promise<void> => {
    expect((await door.postMeta(body)).status).toBe(200)
    await drain(processor)
  }
  let time = noonS
  return {
    ...world,
    door,
    hearsBody,
    hears: (field, value, timeS = time++) =>
      hearsBody(
        JSON.stringify({
          object: 'whatsapp_business_account',
          entry: [{ id: account, time: timeS, changes: [{ field, value }] }],
        }),
      ),
    number: async () => {
      const [row] = await db.query<Record<string, unknown>>(
        `select n.state, n.state_reason, n.restricted_until, n.restriction, n.stopped_until, n.rate_per_second, f.messaging_tier,
           p.pause_reason, p.paused_until > clock_timestamp() as is_paused
         from phone_numbers n join number_pace p on p.phone_number_id = n.id join meta_wabas w on w.id = n.waba_id
           join meta_portfolios f on f.id = w.portfolio_id`,
      )
      return row!
    },
    events: () => db.query(`select kind, state, reason from inbox_events order by id`),
    [Symbol.asyncDispose]: async () => {
      await door[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

const asBefore = {
  state: 'active',
  stateReason: null,
  restrictedUntil: null,
  restriction: null,
  stoppedUntil: null,
  ratePerSecond: 80,
}
const inThreeDays = at(72 * hour)
const expiration = inThreeDays.getTime() / 1000
const restricted = (type: string) => ({
  event: 'ACCOUNT_RESTRICTION',
  restriction_info: [{ restriction_type: type, expiration }],
})
const open = async (world: GuardWorld) =>
  (await world.notices())
    .filter(({ resolvedAt }) => resolvedAt === null)
    .map(({ code, subject }) => [code, subject])

describe('an account that Meta restricts', () => {
  test('begins nothing until the end Meta names; the number goes on answering', async () => {
    await using world = await createAccountWorld()
    await world.hears('account_update', restricted('RESTRICTED_BIZ_INITIATED_MESSAGING'))
    expect(await world.number()).toMatchObject({
      state: 'active',
      restrictedUntil: inThreeDays,
      restriction: 'RESTRICTED_BIZ_INITIATED_MESSAGING',
    })
    expect(await open(world)).toEqual([
      ['number_restricted', '+1 555-078-3881'],
      ['account_restricted', account],
    ])
    expect(await world.events()).toEqual([{ kind: 'field:account_update', state: 'done', reason: null }])
    expect(world.door.woken).toContain('outbox.send')
  })

  test('stops when it may not even answer', async () => {
    await using world = await createAccountWorld()
    await world.hears('account_update', restricted('RESTRICTED_CUSTOMER_INITIATED_MESSAGING'))
    expect(await world.number()).toMatchObject({
      state: 'stopped',
      stateReason: 'account_restricted',
      stoppedUntil: inThreeDays,
      restrictedUntil: null,
    })
    expect(await open(world)).toContainEqual(['number_stopped', '+1 555-078-3881'])
  })

  test('goes on when it is reinstated, with what waited for it', async () => {
    await using world = await createAccountWorld()
    const [waiting] = await world.messages(1)
    await world.hears('account_update', restricted('RESTRICTED_BIZ_INITIATED_MESSAGING'))
    await world.hears('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } })
    await world.db.execute(`update messages set reason = 'number_restricted', due_at = $1`, [inThreeDays])
    expect(await world.number()).toMatchObject({ state: 'stopped', stateReason: 'account_disabled' })
    await world.hears('account_update', {
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'REINSTATE' },
    })
    expect(await world.number()).toMatchObject(asBefore)
    expect(await open(world)).toEqual([])
    const [message] = await world.db.query<{ dueAt: Date }>(`select due_at from messages where id = $1`, [
      waiting!.id,
    ])
    expect(message!.dueAt).toEqual(at(0))
  })

  test('being reinstated does not start a number that was stopped for something else', async () => {
    await using world = await createAccountWorld()
    await world.db.execute(`update phone_numbers set state = 'stopped', state_reason = 'error_131042'`)
    await world.hears('account_update', {
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'REINSTATE' },
    })
    expect(await world.number()).toMatchObject({ state: 'stopped', stateReason: 'error_131042' })
    await world.db.execute(`update phone_numbers set state_reason = 'error_368'`)
    await world.hears('account_update', {
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'REINSTATE' },
    })
    expect(await world.number()).toMatchObject(asBefore)
  })

  test('can be started by somebody who knows better', async () => {
    await using world = await createAccountWorld()
    await world.hears('account_update', restricted('RESTRICTED_BIZ_INITIATED_MESSAGING'))
    await world.hears('account_update', { event: 'ACCOUNT_DELETED' })
    const by = { name: 'cli', now: at(hour) }
    expect(await world.db.transaction((tx) => startNumbers(tx, { shopId: world.shopId }, by))).toBe(1)
    expect(await world.number()).toMatchObject(asBefore)
    expect(await open(world)).toEqual([])
    expect(await world.db.transaction((tx) => startNumbers(tx, { shopId: world.shopId }, by))).toBe(0)
    expect(await world.db.query(`select actor, action, subject, before from audit_log`)).toEqual([
      {
        actor: 'cli',
        action: 'number.started',
        subject: `number:${world.phoneNumberId}`,
        before: { state: 'stopped', reason: 'account_deleted', restrictedUntil: inThreeDays.toISOString() },
      },
    ])
  })

  test('is one account of several: the others go on', async () => {
    await using world = await createAccountWorld()
    await world.db.execute(
      `with other as (insert into meta_wabas (shop_id, portfolio_id, app_id, meta_id, updated_at)
         select shop_id, portfolio_id, app_id, 'another', updated_at from meta_wabas returning id, shop_id, updated_at)
       insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
       select shop_id, id, 'number-2', '+1 555 000 0000', 80, 'active', updated_at from other`,
    )
    await world.hears('account_update', { event: 'ACCOUNT_DELETED' })
    expect(await world.db.query(`select meta_id, state from phone_numbers order by id`)).toEqual([
      { metaId: 'number-1', state: 'stopped' },
      { metaId: 'number-2', state: 'active' },
    ])
  })
})

describe('a webhook that comes late', () => {
  const ban = (state: string) => ({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: state } })

  test('does not stop a number whose ban was lifted after it', async () => {
    await using world = await createAccountWorld()
    await world.hears('account_update', ban('REINSTATE'), noonS)
    await world.hears('account_update', ban('DISABLE'), noonS - 60)
    expect(await world.number()).toMatchObject(asBefore)
    expect(await open(world)).toEqual([])
    expect((await world.events()).map(({ reason }) => reason)).toEqual([null, 'outdated'])
  })

  test('does not bring back a messaging limit that has changed since', async () => {
    await using world = await createAccountWorld()
    const limit = (people: string) => ({ max_daily_conversations_per_business: people })
    await world.hears('business_capability_update', limit('TIER_2K'), noonS)
    await world.hears('business_capability_update', limit('TIER_250'), noonS - 60)
    expect(await world.number()).toMatchObject({ messagingTier: 'TIER_2K' })
    // Of one second's the lower.
    await world.hears('business_capability_update', limit('TIER_250'), noonS)
    await world.hears('business_capability_update', limit('TIER_10K'), noonS)
    expect(await world.number()).toMatchObject({ messagingTier: 'TIER_250' })
  })

  test('from a time to come does not outdate what comes after it', async () => {
    await using world = await createAccountWorld()
    await world.hears('account_update', ban('REINSTATE'), noonS + 30 * 86_400)
    world.door.clock.advance(hour)
    await world.hears('account_update', ban('DISABLE'), noonS + 3_600)
    expect(await world.number()).toMatchObject({ stateReason: 'account_disabled' })
  })

  test('ends like all others as if they had come in their order', async () => {
    const restriction = (expirationS: number | null, type: string) => ({
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [{ restriction_type: type, expiration: expirationS }],
    })
    const said: [string, unknown][] = [
      ['account_update', ban('SCHEDULE_FOR_DISABLE')],
      ['account_update', ban('DISABLE')],
      ['account_update', restriction(null, 'RESTRICTED_BIZ_INITIATED_MESSAGING')],
      ['account_update', ban('REINSTATE')],
      ['account_update', restriction(expiration, 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING')],
      ['account_update', restriction(expiration + 3_600, 'RESTRICTED_BIZ_INITIATED_MESSAGING')],
      ['account_review_update', { decision: 'REJECTED' }],
      ['account_review_update', { decision: 'APPROVED' }],
      ['business_capability_update', { max_daily_conversations_per_business: 'TIER_250' }],
      ['business_capability_update', { max_daily_conversations_per_business: 'TIER_2K' }],
      ['phone_number_quality_update', { display_phone_number: '15550783881', event: 'THROUGHPUT_UPGRADE' }],
    ]
    const inTime = said.map(([field, value], nth) => ({ field, value, timeS: noonS - 60 + nth }))
    const end = async (order: typeof inTime): Promise<unknown> => {
      await using world = await createAccountWorld()
      for (const { field, value, timeS } of order) await world.hears(field, value, timeS)
      const notices = (await world.notices())
        .filter(({ resolvedAt }) => resolvedAt === null)
        .map(({ code, subject, details }) => ({ code, subject, details }))
        .sort((one, other) => one.code.localeCompare(other.code))
      return { number: await world.number(), notices }
    }
    const expected = await end(inTime)
    expect(expected).toMatchObject({
      number: {
        state: 'stopped',
        stateReason: 'account_restricted',
        stoppedUntil: inThreeDays,
        restrictedUntil: at(73 * hour),
        ratePerSecond: 1_000,
        messagingTier: 'TIER_2K',
      },
      notices: [{ code: 'account_restricted' }, { code: 'number_restricted' }, { code: 'number_stopped' }],
    })
    expect(await end(inTime.toReversed())).toEqual(expected)
    const any = fc.shuffledSubarray(inTime, { minLength: inTime.length })
    const isAlike = fc.asyncProperty(any, async (order) => {
      expect(await end(order)).toEqual(expected)
    })
    await fc.assert(isAlike, { numRuns: 4 })
  })
})

describe('what Meta says', () => {
  test('of a violation, a ban to come, a review and an alert is told once, and counted', async () => {
    await using world = await createAccountWorld()
    const violation = { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'ADULT' } }
    await world.hears('account_update', violation)
    await world.hears('account_update', violation)
    const ban = { waba_ban_state: 'SCHEDULE_FOR_DISABLE', waba_ban_date: 'March 9, 2026' }
    await world.hears('account_update', { event: 'DISABLED_UPDATE', ban_info: ban })
    await world.hears('account_review_update', { decision: 'REJECTED' })
    await world.hears('account_alerts', {
      alert_type: 'OBA_DENIED',
      alert_description: 'Not now',
      alert_severity: 'INFO',
    })
    expect(await world.notices()).toMatchObject([
      { code: 'account_violation', subject: 'ADULT', details: { violation: 'ADULT' }, times: 2 },
      { code: 'account_to_be_disabled', details: { date: 'March 9, 2026' }, times: 1 },
      { code: 'account_not_approved', details: { decision: 'REJECTED' } },
      { code: 'account_alert', subject: 'OBA_DENIED', details: { severity: 'INFO', description: 'Not now' } },
    ])
    expect(await world.number()).toMatchObject(asBefore)
    await world.hears('account_review_update', { decision: 'APPROVED' })
    expect(await open(world)).not.toContainEqual(['account_not_approved', account])
  })

  test('and what does not concern sending is put aside with a reason', async () => {
    await using world = await createAccountWorld()
    await world.hears('account_update', { event: 'MM_LITE_TERMS_SIGNED' })
    expect(await world.events()).toEqual([
      { kind: 'field:account_update', state: 'ignored', reason: 'nothing_to_do' },
    ])
    expect(await world.notices()).toEqual([])
  })

  test('of an account that nobody here knows changes nothing', async () => {
    await using world = await createAccountWorld()
    const entry = [
      {
        id: '999',
        time: 1_772_452_800,
        changes: [{ field: 'account_update', value: { event: 'ACCOUNT_DELETED' } }],
      },
    ]
    await world.hearsBody(JSON.stringify({ object: 'whatsapp_business_account', entry }))
    expect(await world.events()).toMatchObject([{ state: 'ignored', reason: 'unknown_account' }])
    expect(await world.number()).toMatchObject(asBefore)
  })
})

describe('a higher rate', () => {
  const upgrade = { display_phone_number: '15550783881', event: 'THROUGHPUT_UPGRADE' }

  test('holds from now on, after the minute in which the number may be away', async () => {
    await using world = await createAccountWorld()
    await world.hears('phone_number_quality_update', {
      ...upgrade,
      max_daily_conversations_per_business: 'TIER_UNLIMITED',
    })
    expect(await world.number()).toMatchObject({
      ratePerSecond: 1_000,
      messagingTier: 'TIER_UNLIMITED',
      pauseReason: 'throughput_upgrade',
      isPaused: true,
    })
  })

  test('of a number that is not ours is nobody’s', async () => {
    await using world = await createAccountWorld()
    await world.db.execute(
      `insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
       select shop_id, waba_id, 'number-2', '+1 555 000 0000', 80, 'active', updated_at from phone_numbers`,
    )
    await world.hears('phone_number_quality_update', { ...upgrade, display_phone_number: '4930123456' })
    expect(await world.db.query(`select distinct rate_per_second from phone_numbers`)).toEqual([
      { ratePerSecond: 80 },
    ])
  })
})

describe('another messaging limit', () => {
  const limit = (people: unknown) => ({
    max_daily_conversations_per_business: people,
    max_phone_numbers_per_waba: 25,
  })

  test('lets those go who waited for room', async () => {
    await using world = await createAccountWorld()
    await world.hears('business_capability_update', limit('TIER_50'))
    const messages = await world.messages(60)
    const held = await world.guard(messages)
    expect(held.size).toBe(10)
    await world.db.execute(`update messages set reason = 'tier_reached', due_at = $2 where id = any($1)`, [
      [...held.keys()],
      inThreeDays,
    ])
    await world.hears('business_capability_update', limit(250))
    expect(await world.number()).toMatchObject({ messagingTier: 'TIER_250' })
    expect(await world.db.query(`select 1 from messages where due_at > $1`, [at(0)])).toEqual([])
    expect(await open(world)).toEqual([])
    expect((await world.guard(messages.slice(50))).size).toBe(0)
  })

  test('where there was none counts those written to in the last day', async () => {
    await using world = await createAccountWorld()
    await world.tier('TIER_UNLIMITED')
    const sent = await world.messages(45)
    await world.guard(sent)
    await world.db.execute(
      `update messages set state = 'accepted', started_at = $1, template_name = 'back_in_stock', sent_to = '+' || id`,
      [at(-hour)],
    )
    await world.db.execute(`update messages set started_at = $1 where id = $2`, [at(-24 * hour), sent[0]!.id])
    await world.db.execute(`update messages set state = 'failed' where id = $1`, [sent[1]!.id])
    await world.hears('business_capability_update', limit(50))
    expect((await world.guard(await world.messages(10))).size).toBe(3)
  })

  test('that is not set says nothing of a tier: what waits for room goes on waiting', async () => {
    await using world = await createAccountWorld()
    await world.hears('business_capability_update', limit('TIER_50'))
    await world.messages(1)
    await world.db.execute(`update messages set reason = 'tier_reached', due_at = $1`, [inThreeDays])
    await world.hears('phone_number_quality_update', {
      display_phone_number: '15550783881',
      event: 'ONBOARDING',
      max_daily_conversations_per_business: 'TIER_NOT_SET',
    })
    expect(await world.number()).toMatchObject({ messagingTier: 'TIER_50' })
    expect(await world.db.query(`select due_at from messages`)).toEqual([{ dueAt: inThreeDays }])
    expect((await world.events()).at(-1)).toMatchObject({ state: 'ignored', reason: 'nothing_to_do' })
  })

  test('that is lower lets nobody new go until there is room', async () => {
    await using world = await createAccountWorld()
    await world.hears('business_capability_update', limit(250))
    await world.guard(await world.messages(100))
    await world.hears('business_capability_update', limit(50))
    expect((await world.guard(await world.messages(5))).size).toBe(5)
    expect((await world.guard(await world.messages(5), at(24 * hour))).size).toBe(0)
  })
})

test.runIf(hasFixtures())('every account webhook that Meta documents is understood', async () => {
  await using world = await createAccountWorld()
  for (const { name, body } of loadWhatsAppDeliveries())
    if (/^(account_|phone_number_)/.test(name)) await world.hearsBody(body)
  expect(await world.events()).toEqual([
    { kind: 'field:account_update', state: 'done', reason: null },
    // Its end was in 2022.
    { kind: 'field:account_update', state: 'ignored', reason: 'outdated' },
    { kind: 'field:account_update', state: 'done', reason: null },
    { kind: 'field:account_update', state: 'done', reason: null },
    { kind: 'field:account_update', state: 'ignored', reason: 'nothing_to_do' },
    { kind: 'field:phone_number_quality_update', state: 'done', reason: null },
  ])
  // Deleted and reinstated in the same second, in Meta's examples.
  expect(await world.number()).toMatchObject({
    stateReason: 'account_deleted',
    ratePerSecond: 1_000,
    messagingTier: 'TIER_UNLIMITED',
  })
})
