import { expect, test } from 'vitest'
import type { HeldMessage } from '../../src/outbox/apply-news.ts'
import type { MessageOutcome } from '../../src/outbox/decide-outcomes.ts'
import type { NumberStop } from '../../src/outbox/follow-failures.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import { settleStatuses, type DeliveryStatus } from '../../src/outbox/settle-statuses.ts'
import type { Tx } from '../../src/platform/database.ts'
import { graphError } from '../connectors/meta/support/graph-server.ts'
import {
  accepted,
  createOutboxWorld,
  enqueue,
  load,
  start,
  type OutboxWorld,
} from './support/outbox-world.ts'

/** So many campaign messages that WhatsApp has taken. */
async function sent(world: OutboxWorld, count: number): Promise<number[]> {
  const ids: number[] = []
  for (let nth = 0; nth < count; nth++) ids.push(await enqueue(world, { purpose: 'campaign' }))
  while ((await sendDue(world.deps)) > 0);
  return ids
}

interface Told {
  status: DeliveryStatus['status']
  code?: number
}

/** One delivery that tells the same of all of these messages. Returns how many statements that took. */
async function tell(world: OutboxWorld, ids: readonly number[], { status, code }: Told): Promise<number> {
  const rows = await world.db.query<{ callbackId: string }>(
    `select callback_id from messages where id = any($1) order by id`,
    [ids],
  )
  const errors = code === undefined ? [] : [{ code, title: 'title', details: 'details' }]
  const statuses = rows.map(({ callbackId }): DeliveryStatus => {
    const about = { shopId: world.shopId, wamid: `of ${callbackId}`, callbackData: callbackId }
    return { ...about, status, at: start, pricing: undefined, errors }
  })
  let statements = 0
  await world.db.transaction((tx) => {
    const counting: Tx = {
      ...tx,
      query: (text, values) => (statements++, tx.query(text, values)),
      execute: (text, values) => (statements++, tx.execute(text, values)),
    }
    return settleStatuses(counting, world.deps, statuses, start)
  })
  return statements
}

const notices = (world: OutboxWorld): Promise<{ code: string; subject: string; times: number }[]> =>
  world.db.query(`select code, subject, times from notices order by code, subject`)

test.each([
  { status: 'sent' },
  { status: 'delivered' },
  { status: 'read' },
  { status: 'failed', code: 131026 },
  { status: 'failed', code: 130429 },
  { status: 'failed', code: 132015 },
] as const)(
  'a delivery that tells %o of forty messages costs as much as one that tells it of one',
  async (told) => {
    await using world = await createOutboxWorld()
    const ids = await sent(world, 41)
    const ofOne = await tell(world, ids.slice(0, 1), told)
    await world.db.execute(`update templates set status = 'APPROVED'`)
    expect(await tell(world, ids.slice(1), told)).toBe(ofOne)
  },
)

test('what many failures say alike is followed once', async () => {
  const stops: NumberStop[] = []
  const unknown: unknown[] = []
  await using world = await createOutboxWorld({
    onNumberStop: async (_, stop) => void stops.push(stop),
    onUnknownCode: (report) => void unknown.push(report),
  })
  const ids = await sent(world, 30)
  await tell(world, ids.slice(0, 10), { status: 'failed', code: 131042 })
  await tell(world, ids.slice(10, 20), { status: 'failed', code: 424_242 })
  await tell(world, ids.slice(20), { status: 'failed', code: 130429 })
  expect(stops).toMatchObject([
    { scope: 'account', code: 131042, reason: 'payment_problem', details: 'details' },
  ])
  expect(unknown).toEqual([{ shopId: world.shopId, code: 424_242, details: 'details' }])
  expect(await notices(world)).toEqual([
    { code: 'number_slowed', subject: '+15550783881', times: 1 },
    { code: 'unknown_error_code', subject: '424242', times: 1 },
  ])
})

test('where failures stop more and less at once, the most goes first', async () => {
  const stops: NumberStop[] = []
  await using world = await createOutboxWorld({ onNumberStop: async (_, stop) => void stops.push(stop) })
  const [first, second] = await sent(world, 2)
  const codes = new Map([
    [first, 131048],
    [second, 190],
  ])
  const rows = await world.db.query<{ id: number; callbackId: string }>(
    `select id, callback_id from messages order by id`,
  )
  const statuses = rows.map(({ id, callbackId }): DeliveryStatus => {
    const errors = [{ code: codes.get(id) ?? 0, title: 'title', details: undefined }]
    const about = { shopId: world.shopId, wamid: `of ${id}`, callbackData: callbackId }
    return { ...about, status: 'failed', at: start, pricing: undefined, errors }
  })
  await world.db.transaction((tx) => settleStatuses(tx, world.deps, statuses, start))
  expect(stops).toMatchObject([{ scope: 'shop', code: 190 }])
})

test.each([
  [{ 'X-Business-Use-Case-Usage': '{"1":[{"estimated_time_to_regain_access":7}]}' }, 420],
  [{}, 300],
])(
  'an account that makes too many calls is left alone for as long as Meta says: %o',
  async (headers, wait) => {
    await using world = await createOutboxWorld()
    world.graph.answer = () => ({ ...(graphError(80007) as { status: number; body: unknown }), headers })
    await enqueue(world, { purpose: 'campaign' })
    await sendDue(world.deps)
    const [pace] = await world.db.query<{ seconds: number; pauseReason: string }>(
      `select extract(epoch from paused_until - clock_timestamp())::float8 as seconds, pause_reason from number_pace`,
    )
    expect(pace?.pauseReason).toBe('throttled')
    expect(pace?.seconds).toBeGreaterThan(wait - 30)
    expect(pace?.seconds).toBeLessThanOrEqual(wait)
  },
)

test('a message that Meta holds back is told as held, and as released when it goes on', async () => {
  const held: HeldMessage[] = []
  const released: number[] = []
  await using world = await createOutboxWorld({
    onTemplateHeld: async (_, messages) => void held.push(...messages),
    onTemplateReleased: async (_, ids) => void released.push(...ids),
  })
  world.graph.answer = (_, nth) => {
    const answer = accepted(`wamid.${nth}`) as { body: { messages: { message_status: string }[] } }
    if (nth === 1) answer.body.messages[0]!.message_status = 'held_for_quality_assessment'
    return answer
  }
  const ids = await sent(world, 2)
  const [one] = held
  expect(held).toEqual([
    { messageId: one?.messageId, shopId: world.shopId, phoneNumberId: world.phoneNumberId,
      messageStatus: 'held_for_quality_assessment' },
  ]) // prettier-ignore
  expect(await load(world, one!.messageId)).toMatchObject({ state: 'accepted' })
  await tell(world, ids, { status: 'sent' })
  await tell(world, ids, { status: 'delivered' })
  expect(released).toEqual([one!.messageId])
})

test('a held message that Meta drops waits for its template, as a further attempt', async () => {
  await using world = await createOutboxWorld()
  const [id] = await sent(world, 1)
  await tell(world, [id!], { status: 'failed', code: 132015 })
  expect(await load(world, id!)).toMatchObject({ state: 'waiting', reason: 'template_paused', attempt: 2 })
})

test('guards learn what became of messages: taken, delivered, refused, ended', async () => {
  const outcomes: MessageOutcome[] = []
  await using world = await createOutboxWorld({
    onOutcomes: async (_, told) => void outcomes.push(...told),
  })
  const kinds = (): string[] => outcomes.splice(0).map(({ kind }) => kind)
  const [first, second, third, fourth] = await sent(world, 4)
  expect(kinds()).toEqual(['taken', 'taken', 'taken', 'taken'])
  await tell(world, [first!], { status: 'sent' })
  expect(kinds()).toEqual([])
  await tell(world, [first!], { status: 'read' })
  await tell(world, [first!], { status: 'delivered' })
  expect(kinds()).toEqual(['delivered'])
  await tell(world, [second!], { status: 'failed', code: 131026 })
  expect(kinds()).toEqual(['refused', 'failed'])
  await tell(world, [second!], { status: 'failed', code: 131026 })
  expect(kinds()).toEqual([])
  await tell(world, [third!], { status: 'failed', code: 131049 })
  expect(kinds()).toEqual([])
  await tell(world, [fourth!], { status: 'failed', code: 130472 })
  expect(kinds()).toEqual(['failed'])
})
