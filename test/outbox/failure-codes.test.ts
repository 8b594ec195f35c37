import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failureTable } from '../../src/connectors/meta/failure-table.ts'
import { messageReasons, type MessageReason } from '../../src/outbox/message-reasons.ts'
import type { NoticeCode } from '../../src/shops/notices.ts'
import {
  createFailureWorld,
  type FailureWorld,
  type Known,
  type TestPerson,
} from './support/failure-world.ts'

/** What one code does, whether it comes as the answer to the request or in a status. */
interface Case {
  reason: MessageReason
  /** Seconds until the next attempt; left out: it has ended. */
  retryAfter?: number
  /** What becomes of a message to somebody else that comes after it; left out: it goes. */
  next?: 'waits' | 'suppressed'
  /** Left out: nothing happens to the person. */
  person?: 'stopped marketing' | 'held'
  /** The state of the number, of another one of its account, of one of another account. */
  numbers?: readonly [string, string, string]
  template?: 'PAUSED' | 'DISABLED' | 'DELETED'
  notices?: readonly NoticeCode[]
}

const on = 'active'
const off = 'stopped'
const temporary: Case = { reason: 'temporarily_refused', retryAfter: 10 }
const invalid: Case = { reason: 'parameters_invalid' }
const maintenance: Case = {
  reason: 'number_in_maintenance',
  retryAfter: 90,
  next: 'waits',
  numbers: ['paused', on, on],
  notices: ['number_paused'],
}
const tooManyCalls: Case = {
  reason: 'throttled',
  retryAfter: 300,
  next: 'waits',
  numbers: ['paused', 'paused', on],
  notices: ['number_paused'],
}
const stopsNumber = (reason: MessageReason): Case => ({
  reason,
  retryAfter: 60,
  next: 'waits',
  numbers: [off, on, on],
  notices: ['number_stopped'],
})
const stopsAccount = (reason: MessageReason): Case => ({
  reason,
  retryAfter: 60,
  next: 'waits',
  numbers: [off, off, on],
  notices: ['account_restricted', 'number_stopped', 'number_stopped'],
})
const stopsShop = (reason: MessageReason): Case => ({
  reason,
  retryAfter: 60,
  next: 'waits',
  numbers: [off, off, off],
  notices: ['number_stopped', 'number_stopped', 'number_stopped'],
})
const stopsTemplate = (template: Case['template'], reason: MessageReason): Case => ({
  reason,
  retryAfter: 60,
  next: 'suppressed',
  ...(template === undefined ? {} : { template }),
  notices: ['template_stopped'],
})

const cases: Readonly<Record<number, Case>> = {
  0: stopsShop('token_invalid'),
  1: temporary,
  2: temporary,
  3: stopsShop('permission_missing'),
  4: tooManyCalls,
  10: stopsShop('permission_missing'),
  33: invalid,
  100: invalid,
  104: stopsShop('token_invalid'),
  190: stopsShop('token_invalid'),
  368: stopsAccount('account_blocked'),
  80007: tooManyCalls,
  130403: { reason: 'person_blocked' },
  130429: { reason: 'throttled', retryAfter: 5, numbers: ['slowed', on, on], notices: ['number_slowed'] },
  130472: { reason: 'marketing_experiment' },
  130497: { reason: 'country_restricted', next: 'suppressed', notices: ['country_restricted'] },
  131000: temporary,
  131005: stopsShop('permission_missing'),
  131008: invalid,
  131009: invalid,
  131016: temporary,
  131021: { reason: 'number_unreachable' },
  131026: { reason: 'number_unreachable' },
  131031: stopsAccount('account_blocked'),
  131037: stopsNumber('display_name_refused'),
  131042: stopsAccount('payment_problem'),
  131045: stopsNumber('number_unregistered'),
  131047: { reason: 'window_24h_closed' },
  131048: stopsNumber('spam_limited'),
  131049: { reason: 'marketing_limited', retryAfter: 86_400 },
  131050: { reason: 'meta_stop', person: 'stopped marketing' },
  131051: invalid,
  131052: { reason: 'media_unavailable' },
  131053: { reason: 'media_unavailable', retryAfter: 60 },
  131056: { reason: 'person_throttled', retryAfter: 1, person: 'held' },
  131057: maintenance,
  131062: { reason: 'bsuid_unsupported', retryAfter: 0 },
  131063: { reason: 'marketing_endpoint_required' },
  131064: stopsAccount('account_misclassified'),
  132000: invalid,
  // A template that is gone is the merchant's own doing, and told with every message that waits for it.
  132001: { ...stopsTemplate('DELETED', 'template_missing'), notices: [] },
  132005: invalid,
  132007: { reason: 'refused' },
  132012: invalid,
  132015: stopsTemplate('PAUSED', 'template_paused'),
  132016: stopsTemplate('DISABLED', 'template_disabled'),
  132018: invalid,
  132068: { reason: 'refused' },
  132069: { reason: 'throttled', retryAfter: 300 },
  133004: temporary,
  133010: stopsNumber('number_unregistered'),
  134100: { reason: 'refused' },
  134101: { reason: 'template_syncing', retryAfter: 600 },
  134102: { reason: 'marketing_endpoint_unavailable' },
  135000: invalid,
  2494100: maintenance,
}

const others: Readonly<Record<number, Case>> = {
  200: stopsShop('permission_missing'),
  299: stopsShop('permission_missing'),
  199: { reason: 'unknown_error_code', notices: ['unknown_error_code'] },
  300: { reason: 'unknown_error_code', notices: ['unknown_error_code'] },
  999_999: { reason: 'unknown_error_code', notices: ['unknown_error_code'] },
}

test('every code of the table has its case', () => {
  expect(Object.keys(cases)).toEqual(Object.keys(failureTable))
})

let world: FailureWorld
beforeAll(async () => {
  world = await createFailureWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => world.reset())

const all = Object.entries({ ...cases, ...others }).map(([code, one]) => ({ code: Number(code), ...one }))

describe.each([
  { how: 'refuse', where: 'the answer to the request' },
  { how: 'fail', where: 'a status' },
] as const)('in $where', ({ how }) => {
  test.each(all)('$code: $reason', async ({ code, ...expected }) => {
    const person = await world.person()
    const id = await world.enqueue(person)
    world.sandbox.whatsapp.setFaults({ [how]: { code, to: person.phone } })
    await world.settle()
    const message = await world.message(id)
    expect(message).toMatchObject({
      errorCode: code,
      reason: expected.reason,
      state: expected.retryAfter === undefined ? 'failed' : 'waiting',
      attempt: expected.retryAfter === undefined ? 1 : 2,
      acceptedAt: how === 'fail' ? expect.any(Date) : null,
    })
    expect(messageReasons[expected.reason]).toMatch(/\w.{20,}\.$/)
    expect(secondsOfRetry(message)).toBe(expected.retryAfter)
    expect(await stateOfNumbers()).toEqual(expected.numbers ?? [on, on, on])
    expect(await stateOfPerson(person.id)).toBe(expected.person)
    expect(await stoppedTemplates()).toEqual(
      expected.template === undefined ? [] : [{ name: 'back_in_stock', status: expected.template }],
    )
    expect(await openNotices()).toEqual(expected.notices ?? [])
    await endSlowDown()
    const next = await world.enqueue(await world.person())
    await world.settle()
    expect((await world.message(next)).state).toBe(stateOfNext(expected.next))
    if (expected.person === 'held') await expectHeld(person)
  })
})

function secondsOfRetry(message: { state: string; dueAt: Date; failedAt: Date | null }): number | undefined {
  if (message.state !== 'waiting' || message.failedAt === null) return undefined
  return Math.floor((message.dueAt.getTime() - message.failedAt.getTime()) / 1000)
}

async function stateOfNumbers(): Promise<string[]> {
  const rows = await world.db.query<{ state: string }>(
    `select case when n.state = 'stopped' then 'stopped' when p.paused_until > clock_timestamp() then 'paused'
       when p.slowed_to < 1 then 'slowed' else n.state end as state
     from phone_numbers n join number_pace p on p.phone_number_id = n.id order by n.id`,
  )
  return rows.map(({ state }) => state)
}

async function stateOfPerson(id: number): Promise<Case['person']> {
  const [row] = await world.db.query<{ metaStop: boolean; isHeld: boolean }>(
    `select meta_stop, exists (select 1 from contact_pace where root_id = $1 and not_before > $2) as is_held from people where id = $1`,
    [id, world.clock.now()],
  )
  if (row?.metaStop === true) return 'stopped marketing'
  return row?.isHeld === true ? 'held' : undefined
}

function stoppedTemplates(): Promise<{ name: string; status: string }[]> {
  return world.db.query(`select name, status from templates where status <> 'APPROVED' order by name`)
}

async function openNotices(): Promise<string[]> {
  const rows = await world.db.query<{ code: string }>(
    `select code from notices where resolved_at is null order by code, subject`,
  )
  return rows.map(({ code }) => code)
}

// A slow number starts its next message a second later, by the clock of the database.
async function endSlowDown(): Promise<void> {
  await world.db.execute(
    `update number_pace set slowed_to = 1, next_slot_at = clock_timestamp() where slowed_to < 1`,
  )
}

function stateOfNext(next: Case['next']): string {
  switch (next) {
    case 'waits':
      return 'waiting'
    case 'suppressed':
      return 'suppressed'
    case undefined:
      return 'delivered'
  }
}

async function expectHeld(person: Awaited<ReturnType<FailureWorld['person']>>): Promise<void> {
  const more = await world.enqueue(person)
  await world.settle()
  expect(await world.message(more)).toMatchObject({ state: 'waiting', reason: 'contact_pace' })
}

describe('a message to a user id that cannot take it', () => {
  const refuse = async (known: readonly Known[]): Promise<{ id: number; person: TestPerson }> => {
    const person = await world.person({ known })
    world.sandbox.whatsapp.setFaults({ refuse: { code: 131062, to: person.bsuid } })
    const id = await world.enqueue(person)
    await world.settle()
    world.clock.advance(1_000)
    await world.settle()
    return { id, person }
  }

  test('goes to the number that the person left', async () => {
    const { id, person } = await refuse(['bsuid', 'phone'])
    expect(await world.message(id)).toMatchObject({ state: 'delivered', attempt: 2, sentTo: person.phone })
  })

  test('ends where no number is known, and says why', async () => {
    const { id } = await refuse(['bsuid'])
    expect(await world.message(id)).toMatchObject({ state: 'suppressed', reason: 'bsuid_unsupported' })
  })
})

test('of a closed country nobody is written to until the notice is resolved; elsewhere all goes on', async () => {
  const send = async (country: string): Promise<string> => {
    const id = await world.enqueue(await world.person({ country }))
    await world.settle()
    return (await world.message(id)).state
  }
  world.sandbox.whatsapp.setFaults({ fail: { code: 130497, times: 1 } })
  expect(await send('PT')).toBe('failed')
  expect([await send('PT'), await send('ES'), await send('PT')]).toEqual([
    'suppressed',
    'delivered',
    'suppressed',
  ])
  await world.db.execute(`update notices set resolved_at = $1`, [world.clock.now()])
  expect(await send('PT')).toBe('delivered')
})

test('a message that waits for a stopped number goes when it is started, as often as it takes', async () => {
  const id = await world.enqueue(await world.person())
  world.sandbox.whatsapp.setFaults({ refuse: { code: 190, times: 7 } })
  for (let attempt = 1; attempt <= 7; attempt++) {
    await world.settle()
    expect(await world.message(id)).toMatchObject({ state: 'waiting', attempt: attempt + 1 })
    await world.db.execute(`update phone_numbers set state = 'active'`)
    world.clock.advance(61_000)
  }
  await world.settle()
  expect(await world.message(id)).toMatchObject({ state: 'delivered', attempt: 8 })
})

test.each([
  [130429, 'slowed', ['number_slowed']],
  [131057, 'paused', ['number_paused']],
  [131042, 'active', []],
])('an error %i that a webhook tells of the number leaves it %s', async (code, state, told) => {
  world.sandbox.whatsapp.reportsError(code, 'Something about the number')
  await world.settle()
  expect(await stateOfNumbers()).toEqual([state, on, on])
  expect(await openNotices()).toEqual(told)
})

test('a code that nobody knows is counted, for whoever watches the hub', async () => {
  world.sandbox.whatsapp.setFaults({ refuse: { code: 777_777, times: 1 } })
  await world.enqueue(await world.person())
  await world.settle()
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  expect(metrics).toContain('hub_unknown_error_codes_total{code="777777"} 1')
})

test('what the merchant is told of a stop says what it is, what to do, and what Meta said', async () => {
  world.sandbox.whatsapp.setFaults({ refuse: { code: 131042 } })
  await world.enqueue(await world.person())
  await world.settle()
  const [notice] = await world.db.query<{ details: Record<string, unknown> }>(
    `select details from notices where code = 'number_stopped' order by id limit 1`,
  )
  expect(notice?.details).toMatchObject({
    code: 131042,
    reason: 'payment_problem',
    meaning: expect.stringMatching(/cannot charge/),
    advice: expect.stringMatching(/billing settings/),
    said: expect.any(String),
  })
})
