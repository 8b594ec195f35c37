import { describe, expect, test } from 'vitest'
import { sendDue } from '../../src/outbox/sender.ts'
import { startBatch } from '../../src/outbox/start-batch.ts'
import type { PrepareMessages } from '../../src/outbox/message.ts'
import { recoverSends } from '../../src/outbox/recover-sends.ts'
import { resolveUncertain } from '../../src/outbox/resolve-uncertain.ts'
import { settleStatuses } from '../../src/outbox/settle-statuses.ts'
import { graphError } from '../connectors/meta/support/graph-server.ts'
import {
  accepted,
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

describe('a message that is due', () => {
  test('goes to Meta with our id, and is accepted with Meta’s', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    expect(await load(world, id)).toMatchObject({ state: 'waiting', countedAt: start })
    world.clock.advance(minute)
    expect(await sendDue(world.deps)).toBe(1)
    const message = await load(world, id)
    expect(message).toMatchObject({
      state: 'accepted',
      wamid: 'wamid.1',
      startedAt: after(minute),
      acceptedAt: after(minute),
      countedAt: after(minute),
      templateName: 'back_in_stock',
      templateLanguage: 'en',
    })
    expect(sentTo(world.graph)[0]).toMatchObject({
      path: '/number-shop/messages',
      body: {
        to: message.sentTo,
        biz_opaque_callback_data: message.callbackId,
        template: { name: 'back_in_stock' },
      },
    })
    expect(await sendDue(world.deps)).toBe(0)
    expect(world.changes.map(({ state }) => state)).toEqual(['accepted'])
  })

  test('is stamped as begun before Meta is called', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    let seen: unknown
    world.graph.answer = async () => {
      seen = await load(world, id)
      return accepted('wamid.1')
    }
    await sendDue(world.deps)
    expect(seen).toMatchObject({ state: 'sending', startedAt: start, wamid: null })
  })

  test('goes before its time for nobody', async () => {
    await using world = await createOutboxWorld()
    await enqueue(world, { purpose: 'reply', dueAt: after(1) })
    expect(await sendDue(world.deps)).toBe(0)
    world.clock.advance(1)
    expect(await sendDue(world.deps)).toBe(1)
  })

  test('goes in the order replies, alerts, campaigns, with a tenth kept for each of the lower lanes', async () => {
    await using world = await createOutboxWorld()
    for (const purpose of ['campaign', 'alert', 'reply'] as const) {
      for (let nth = 0; nth < 10; nth++) await enqueue(world, { purpose })
    }
    await sendDue(world.deps)
    const counts = await world.db.query(
      `select purpose, count(*) as sent from messages where state = 'accepted' group by purpose order by purpose`,
    )
    expect(counts).toEqual([
      { purpose: 'alert', sent: 8 },
      { purpose: 'campaign', sent: 2 },
      { purpose: 'reply', sent: 10 },
    ])
  })

  test('keeps its place among several to the same person', async () => {
    await using world = await createOutboxWorld()
    const personId = await addPerson(world)
    const bodies = ['one', 'two', 'three', 'four', 'five']
    for (const body of bodies)
      await enqueue(world, { purpose: 'reply', personId, content: { kind: 'text', body } })
    await sendDue(world.deps)
    expect(sentTo(world.graph).map(({ body }) => (body as { text: { body: string } }).text.body)).toEqual(
      bodies,
    )
  })

  test('is sent once, however many senders there are', async () => {
    await using world = await createOutboxWorld()
    const ids: number[] = []
    for (let nth = 0; nth < 60; nth++)
      ids.push(await enqueue(world, { purpose: nth % 2 ? 'campaign' : 'reply' }))
    const sender = async (): Promise<number> => {
      let total = 0
      for (let handled = -1; handled !== 0; total += handled) handled = await sendDue(world.deps)
      return total
    }
    const totals = await Promise.all(Array.from({ length: 8 }, sender))
    expect(totals.reduce((sum, one) => sum + one)).toBe(ids.length)
    const callbacks = sentTo(world.graph).map(
      ({ body }) => (body as Record<string, string>).biz_opaque_callback_data,
    )
    expect(new Set(callbacks).size).toBe(ids.length)
    expect(callbacks).toHaveLength(ids.length)
  })

  test('waits while its number is stopped, and then only expires', async () => {
    await using world = await createOutboxWorld()
    await world.db.execute(`update phone_numbers set state = 'stopped'`)
    const id = await enqueue(world, { purpose: 'campaign', expiresAt: after(hour) })
    expect(await sendDue(world.deps)).toBe(0)
    world.clock.advance(hour)
    expect(await sendDue(world.deps)).toBe(1)
    expect(await load(world, id)).toMatchObject({ state: 'expired', reason: 'expired', countedAt: null })
    expect(sentTo(world.graph)).toHaveLength(0)
  })
})

describe('where a message goes', () => {
  const address = async (world: OutboxWorld, personId: number): Promise<string | null> => {
    const id = await enqueue(world, { purpose: 'campaign', personId })
    await sendDue(world.deps)
    return (await load(world, id)).sentTo
  }

  test('WhatsApp’s own spelling of the number comes first, then a phone, then the business-scoped id', async () => {
    await using world = await createOutboxWorld()
    const waId = { kind: 'wa_id', value: '+5511987654321', asGiven: '551187654321' }
    const phone = { kind: 'phone', value: '+5511987654321' }
    const bsuid = { kind: 'bsuid', value: 'BR.134', asGiven: 'BR.134' }
    const typed = { kind: 'phone', value: '+34600000001', verified: false }
    expect(await address(world, await addPerson(world, { identities: [bsuid, waId] }))).toBe('+551187654321')
    await world.db.execute(`update person_identities set ended_at = $1`, [start])
    expect(await address(world, await addPerson(world, { identities: [bsuid, phone] }))).toBe(
      '+5511987654321',
    )
    await world.db.execute(`update person_identities set ended_at = $1`, [start])
    expect(await address(world, await addPerson(world, { identities: [typed, bsuid] }))).toBe('BR.134')
    expect(sentTo(world.graph).at(-1)!.body).toMatchObject({ recipient: 'BR.134' })
    expect(sentTo(world.graph).at(-1)!.body).not.toHaveProperty('to')
    await world.db.execute(`update person_identities set ended_at = $1`, [start])
    expect(await address(world, await addPerson(world, { identities: [typed] }))).toBe('+34600000001')
  })

  test('a merged record is reached by the number of the other', async () => {
    await using world = await createOutboxWorld()
    const root = await addPerson(world, { identities: [{ kind: 'wa_id', value: '+34600000002' }] })
    const merged = await addPerson(world, { identities: [], mergedInto: root })
    expect(await address(world, merged)).toBe('+34600000002')
  })

  test('without any address the message says so', async () => {
    await using world = await createOutboxWorld()
    const email = { kind: 'email', value: 'a@example.com' }
    const ended = await enqueue(world, {
      purpose: 'campaign',
      personId: await addPerson(world, { identities: [email] }),
    })
    await sendDue(world.deps)
    expect(await load(world, ended)).toMatchObject({
      state: 'suppressed',
      reason: 'no_address',
      countedAt: null,
    })
    expect(world.changes).toMatchObject([{ messageId: ended, state: 'suppressed', reason: 'no_address' }])
  })
})

describe('the 24-hour window', () => {
  test.each([
    [24 * hour - 1, 'accepted', null],
    [24 * hour, 'suppressed', 'window_24h_closed'],
  ])('a free message %i ms after the person wrote is %s', async (elapsed, state, reason) => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'reply' })
    world.clock.advance(elapsed)
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state, reason })
  })

  test('does not hold back a template', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    world.clock.advance(240 * hour)
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  })
})

describe('the check before sending', () => {
  test('composes, defers, suppresses or lets expire', async () => {
    await using world = await createOutboxWorld()
    const ids: number[] = []
    for (let nth = 0; nth < 4; nth++) ids.push(await enqueue(world, { purpose: 'campaign', content: null }))
    const answers = [
      { kind: 'send', content: { ...templateContent, languages: ['de'] } },
      { kind: 'defer', until: after(hour), reason: 'window_closed' },
      { kind: 'suppress', reason: 'sold_out_again' },
      { kind: 'expire', reason: 'expired' },
    ] as const
    const campaign: PrepareMessages = async (_, messages) =>
      new Map(messages.map(({ id }) => [id, structuredClone(answers[ids.indexOf(id)]!) as never]))
    await sendDue({ ...world.deps, prepare: { campaign } })
    const [sent, deferred, suppressed, expired] = await Promise.all(ids.map((id) => load(world, id)))
    expect(sent).toMatchObject({ state: 'accepted', templateLanguage: 'de' })
    expect(deferred).toMatchObject({
      state: 'waiting',
      reason: 'window_closed',
      dueAt: after(hour),
      countedAt: after(hour),
    })
    expect(suppressed).toMatchObject({ state: 'suppressed', reason: 'sold_out_again', countedAt: null })
    expect(expired).toMatchObject({ state: 'expired', reason: 'expired', countedAt: null })
    expect(world.changes.map(({ state }) => state).sort()).toEqual([
      'accepted',
      'expired',
      'suppressed',
      'waiting',
    ])
  })

  test('that fails holds up its own message for a minute, and nothing it wrote stays', async () => {
    await using world = await createOutboxWorld()
    const bad = await enqueue(world, { purpose: 'campaign' })
    const good = await enqueue(world, { purpose: 'campaign' })
    const campaign: PrepareMessages = async (tx, messages) => {
      for (const { personId, shopId } of messages)
        await tx.execute(`insert into contact_budgets (person_id, shop_id) values ($1, $2)`, [
          personId,
          shopId,
        ])
      if (messages.some(({ id }) => id === bad)) await tx.query('select 1 / 0')
      return new Map(messages.map(({ id, content }) => [id, { kind: 'send', content: content! }]))
    }
    await sendDue({ ...world.deps, prepare: { campaign } })
    expect(await load(world, bad)).toMatchObject({
      state: 'waiting',
      reason: 'check_failed',
      dueAt: after(minute),
    })
    expect(await load(world, good)).toMatchObject({ state: 'accepted' })
    expect(await world.db.query(`select person_id from contact_budgets`)).toHaveLength(1)
  })

  test('that meets a deadlock is asked again with all of its messages, not one by one', async () => {
    await using world = await createOutboxWorld()
    for (let nth = 0; nth < 5; nth++) await enqueue(world, { purpose: 'campaign' })
    const asked: number[] = []
    const campaign: PrepareMessages = async (tx, messages) => {
      asked.push(messages.length)
      if (asked.length === 1) await tx.execute(`do $$ begin raise exception using errcode = '40P01'; end $$`)
      return new Map(messages.map(({ id, content }) => [id, { kind: 'send', content: content! }]))
    }
    expect(await sendDue({ ...world.deps, prepare: { campaign } })).toBe(5)
    expect(asked).toEqual([5, 5])
  })

  test('that always defers to a time gone by is not asked without end', async () => {
    await using world = await createOutboxWorld()
    await enqueue(world, { purpose: 'campaign' })
    const campaign: PrepareMessages = async (_, messages) =>
      new Map(messages.map(({ id }) => [id, { kind: 'defer', until: start, reason: 'window_closed' }]))
    await sendDue({ ...world.deps, prepare: { campaign } })
    expect(await sendDue({ ...world.deps, prepare: { campaign } })).toBe(0)
  })
})

describe('a refusal', () => {
  const refuse = async (
    world: OutboxWorld,
    code: number,
    purpose: 'campaign' | 'reply' = 'campaign',
  ): Promise<number> => {
    world.graph.answer = () => graphError(code)
    const id = await enqueue(world, { purpose, expiresAt: after(72 * hour) })
    await sendDue(world.deps)
    return id
  }

  test('for trouble at WhatsApp is tried again, later each time, five times in all', async () => {
    await using world = await createOutboxWorld()
    const id = await refuse(world, 2)
    const waits: number[] = []
    for (let attempt = 2; attempt <= 5; attempt++) {
      const waiting = await load(world, id)
      expect(waiting).toMatchObject({
        state: 'waiting',
        reason: 'temporarily_refused',
        attempt,
        errorCode: 2,
        countedAt: waiting.dueAt,
      })
      waits.push(Math.floor((waiting.dueAt.getTime() - world.clock.now().getTime()) / 1000))
      world.clock.set(waiting.dueAt)
      await sendDue(world.deps)
    }
    // What failed together is spread over a second.
    expect(waits.map((wait, nth) => wait - (wait % 2) === [10, 30, 90, 270][nth])).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(await load(world, id)).toMatchObject({
      state: 'failed',
      reason: 'temporarily_refused',
      attempt: 5,
      countedAt: null,
    })
    expect(sentTo(world.graph)).toHaveLength(5)
    expect(
      new Set(
        sentTo(world.graph).map(({ body }) => (body as Record<string, string>).biz_opaque_callback_data),
      ).size,
    ).toBe(5)
  })

  test('that succeeds later leaves no trace of the failure', async () => {
    await using world = await createOutboxWorld()
    const id = await refuse(world, 2)
    world.graph.answer = acceptAll()
    world.clock.advance(minute)
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({
      state: 'accepted',
      attempt: 2,
      failedAt: null,
      errorCode: null,
      reason: null,
    })
  })

  test('because the person had enough marketing waits a day, unless the reason is too old by then', async () => {
    await using world = await createOutboxWorld()
    const id = await refuse(world, 131049)
    const waiting = await load(world, id)
    expect(waiting).toMatchObject({ state: 'waiting', reason: 'marketing_limited' })
    expect(waiting.dueAt.getTime()).toBeGreaterThanOrEqual(after(24 * hour).getTime())
    const short = await enqueue(world, { purpose: 'campaign', expiresAt: after(24 * hour) })
    await sendDue(world.deps)
    expect(await load(world, short)).toMatchObject({
      state: 'failed',
      reason: 'marketing_limited',
      countedAt: null,
    })
  })

  test.each([
    [131026, 'number_unreachable'],
    [131047, 'window_24h_closed'],
    [132000, 'parameters_invalid'],
    [999999, 'unknown_error_code'],
  ])('with code %i is final: %s', async (code, reason) => {
    await using world = await createOutboxWorld()
    const id = await refuse(world, code)
    expect(await load(world, id)).toMatchObject({
      state: 'failed',
      reason,
      errorCode: code,
      countedAt: null,
      attempt: 1,
    })
    expect(world.changes).toMatchObject([{ messageId: id, state: 'failed', reason, errorCode: code }])
  })

  test('because the person stopped marketing in WhatsApp is written down as such', async () => {
    await using world = await createOutboxWorld()
    const personId = await addPerson(world)
    world.graph.answer = () => graphError(131050)
    const id = await enqueue(world, { purpose: 'campaign', personId })
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'failed', reason: 'meta_stop' })
    expect(world.metaStops).toEqual([personId])
  })

  test.each([
    [132015, 'template_paused', 'PAUSED'],
    [132016, 'template_disabled', 'DISABLED'],
    [132001, 'template_missing', 'DELETED'],
  ])(
    'with code %i stops the template in that language, for the messages after it too',
    async (code, reason, status) => {
      await using world = await createOutboxWorld()
      const id = await refuse(world, code)
      expect(await load(world, id)).toMatchObject({ state: 'waiting', reason })
      const stopped = await world.db.query(
        `select name, language, status from templates where status <> 'APPROVED'`,
      )
      expect(stopped).toEqual([{ name: 'back_in_stock', language: 'en', status }])
      const next = await enqueue(world, { purpose: 'campaign' })
      await sendDue(world.deps)
      expect(await load(world, next)).toMatchObject({ state: 'waiting', reason })
      expect(sentTo(world.graph)).toHaveLength(1)
    },
  )

  test('because of the account stops the number, and its message goes when the number is back', async () => {
    await using world = await createOutboxWorld()
    const id = await refuse(world, 131042)
    expect(await load(world, id)).toMatchObject({ state: 'waiting', reason: 'payment_problem' })
    expect(await world.db.query(`select state, state_reason from phone_numbers`)).toEqual([
      { state: 'stopped', stateReason: 'error 131042' },
    ])
    world.clock.advance(hour)
    expect(await sendDue(world.deps)).toBe(0)
    world.graph.answer = acceptAll()
    await world.db.execute(`update phone_numbers set state = 'active'`)
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'accepted', attempt: 2 })
  })

  test('of the connection is tried again; so is a shop without a working token', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    await sendDue({ ...world.deps, cloudApiOf: () => Promise.reject(new Error('no token')) })
    expect(await load(world, id)).toMatchObject({
      state: 'waiting',
      reason: 'temporarily_refused',
      errorCode: null,
      attempt: 2,
    })
  })
})

describe('a message whose sending was never answered', () => {
  const loseAnswer = async (world: OutboxWorld, purpose: 'campaign' | 'reply'): Promise<number> => {
    world.graph.answer = () => 'cut'
    const id = await enqueue(world, { purpose })
    await sendDue(world.deps)
    world.graph.answer = acceptAll()
    return id
  }
  const settle = async (
    world: OutboxWorld,
    id: number,
    status: 'sent' | 'delivered' | 'failed',
    code?: number,
  ): Promise<void> => {
    const { callbackId } = await load(world, id)
    const errors = code === undefined ? [] : [{ code, title: 't', details: undefined }]
    await world.db.transaction((tx) =>
      settleStatuses(
        tx,
        world.deps,
        [
          {
            shopId: world.shopId,
            wamid: 'wamid.late',
            callbackData: callbackId,
            status,
            at: world.clock.now(),
            pricing: undefined,
            errors,
          },
        ],
        world.clock.now(),
      ),
    )
  }

  test('is uncertain, and settled by a status with our id', async () => {
    await using world = await createOutboxWorld()
    const id = await loseAnswer(world, 'campaign')
    expect(await load(world, id)).toMatchObject({ state: 'uncertain', uncertainAt: start, countedAt: start })
    await settle(world, id, 'delivered')
    expect(await load(world, id)).toMatchObject({ state: 'delivered', wamid: 'wamid.late' })
    world.clock.advance(hour)
    expect(await resolveUncertain(world.deps)).toBe(0)
  })

  test('is, when it is marketing, never sent again: after 15 minutes its outcome is unknown, and it counts', async () => {
    await using world = await createOutboxWorld()
    const id = await loseAnswer(world, 'campaign')
    world.clock.advance(15 * minute - 1)
    expect(await resolveUncertain(world.deps)).toBe(0)
    world.clock.advance(1)
    expect(await resolveUncertain(world.deps)).toBe(1)
    expect(await load(world, id)).toMatchObject({ state: 'outcome_unknown', countedAt: start })
    expect(await sendDue(world.deps)).toBe(0)
    await settle(world, id, 'delivered')
    expect(await load(world, id)).toMatchObject({ state: 'delivered', countedAt: start })
    expect(sentTo(world.graph)).toHaveLength(1)
    expect(world.changes.map(({ state }) => state)).toEqual(['uncertain', 'outcome_unknown', 'delivered'])
  })

  test('is, when it is a reply, sent once again, and only once', async () => {
    await using world = await createOutboxWorld()
    const id = await loseAnswer(world, 'reply')
    world.clock.advance(15 * minute)
    await resolveUncertain(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'waiting', attempt: 2, reason: 'sent_again' })
    world.graph.answer = () => 'cut'
    await sendDue(world.deps)
    world.clock.advance(15 * minute)
    await resolveUncertain(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'outcome_unknown' })
    expect(await sendDue(world.deps)).toBe(0)
    expect(sentTo(world.graph)).toHaveLength(2)
  })

  test('and whose first attempt turns out to have arrived is not sent again', async () => {
    await using world = await createOutboxWorld()
    const id = await loseAnswer(world, 'reply')
    world.clock.advance(15 * minute)
    await resolveUncertain(world.deps)
    await settle(world, id, 'delivered')
    expect(await sendDue(world.deps)).toBe(0)
    expect(await load(world, id)).toMatchObject({ state: 'delivered' })
  })
})

describe('a sender that ends', () => {
  test('between the stamp and the request leaves an uncertain message, which nobody sends twice', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    const { started } = await startBatch(world.deps, world.phoneNumberId, { now: start, leaseSeconds: 0 })
    expect(started).toHaveLength(1)
    expect(await load(world, id)).toMatchObject({ state: 'sending' })
    expect(await sendDue(world.deps)).toBe(0)
    expect(await recoverSends(world.deps)).toBe(1)
    expect(await load(world, id)).toMatchObject({ state: 'uncertain', uncertainAt: start, countedAt: start })
    expect(await recoverSends(world.deps)).toBe(0)
    expect(sentTo(world.graph)).toHaveLength(0)
    expect(world.changes).toMatchObject([{ messageId: id, state: 'uncertain' }])
  })

  test('is not taken for dead while its lease runs', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    await startBatch(world.deps, world.phoneNumberId, { now: start, leaseSeconds: 60 })
    world.clock.advance(240 * hour)
    expect(await recoverSends(world.deps)).toBe(0)
    expect(await load(world, id)).toMatchObject({ state: 'sending' })
  })

  test('before the answer is written down leaves it to the status', async () => {
    await using world = await createOutboxWorld()
    const id = await enqueue(world, { purpose: 'campaign' })
    const broken = { ...world.deps, onChanged: () => Promise.reject(new Error('database away')) }
    await expect(sendDue(broken)).rejects.toThrow('database away')
    expect(await load(world, id)).toMatchObject({ state: 'sending', wamid: null })
    expect(await sendDue(world.deps)).toBe(0)
  })
})

test('a status that comes before the answer to the request is not overwritten by it', async () => {
  await using world = await createOutboxWorld()
  const id = await enqueue(world, { purpose: 'campaign' })
  world.graph.answer = async ({ body }) => {
    const callbackData = (body as Record<string, string>).biz_opaque_callback_data
    await world.db.transaction((tx) =>
      settleStatuses(
        tx,
        world.deps,
        [
          {
            shopId: world.shopId,
            wamid: 'wamid.1',
            callbackData,
            status: 'delivered',
            at: start,
            pricing: undefined,
            errors: [],
          },
        ],
        start,
      ),
    )
    return accepted('wamid.1')
  }
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({
    state: 'delivered',
    acceptedAt: start,
    deliveredAt: start,
    wamid: 'wamid.1',
  })
  expect(world.changes.map(({ state }) => state)).toEqual(['delivered'])
})
