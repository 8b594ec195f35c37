import { expect, test } from 'vitest'
import { createPrepareMessages } from '../../src/campaigns/prepare-messages.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import type { ClaimedMessage, Prepared, PrepareMessages } from '../../src/outbox/message.ts'
import type { Tx } from '../../src/platform/database.ts'
import { createPrepareWorld, now, type PrepareWorld } from './prepare-world.ts'

const kinds = [
  'back_in_stock',
  'price_drop',
  'browse_reminder',
  'loyalty_reward',
  'new_arrivals',
  'we_miss_you',
] as const
const links = createLinkTokens(Buffer.alloc(32, 1))
const prepareMessages = createPrepareMessages({ links, wake: () => undefined })
const hourMs = 3_600_000

/** What a call answered, what it wrote, and how many statements it took. */
interface Outcome {
  answers: [number, Prepared][]
  written: unknown[]
  statements: number
}

/** Nothing of it stays. */
async function tryOut(
  world: PrepareWorld,
  work: (tx: Tx) => Promise<ReadonlyMap<number, Prepared>>,
): Promise<Outcome> {
  let statements = 0
  let outcome: Outcome | undefined
  const undo = new Error('undo')
  const run = world.db.transaction(async (tx) => {
    const counting: Tx = {
      ...tx,
      query: (text, values) => (statements++, tx.query(text, values)),
      execute: (text, values) => (statements++, tx.execute(text, values)),
    }
    const answers = [...(await work(counting))].sort(([one], [other]) => one - other)
    const written = [
      await tx.query('select * from reengagement_log order by id'),
      await tx.query(
        `select candidacy_id, person_id, code, percent_bps, last_day, expires_at, state, reason, attempts, due_at from coupons order by 1`,
      ),
    ]
    outcome = { answers, written, statements }
    throw undo
  })
  await run.catch((thrown: unknown) => {
    if (thrown !== undo) throw thrown
  })
  return outcome!
}

const together = (messages: readonly ClaimedMessage[], prepare: PrepareMessages) => (tx: Tx) =>
  prepare(tx, messages, now)

const oneByOne =
  (messages: readonly ClaimedMessage[], prepare: PrepareMessages) =>
  async (tx: Tx): Promise<Map<number, Prepared>> => {
    const answers = new Map<number, Prepared>()
    for (const message of messages)
      for (const [id, prepared] of await prepare(tx, [message], now)) answers.set(id, prepared)
    return answers
  }

const kindsOf = (outcome: Outcome) => {
  const counts = new Map<string, number>()
  for (const [, prepared] of outcome.answers) {
    const what = prepared.kind === 'send' ? 'send' : `${prepared.kind} ${prepared.reason}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)))
}

test.each([
  ['back_in_stock', 10],
  ['price_drop', 11],
  ['browse_reminder', 10],
  ['loyalty_reward', 12],
  ['new_arrivals', 13],
  ['we_miss_you', 14],
] as const)('a hundred messages of %s are checked in %i statements, as many as one', async (kind, most) => {
  await using world = await createPrepareWorld({ people: 120, products: 60 })
  await world.db.execute('update products set is_sellable = true')
  const [one, ...others] = await world.reserve({ kind, personIds: world.people.slice(0, 101) })
  const alone = await tryOut(world, together([one!], prepareMessages))
  const hundred = await tryOut(world, together(others, prepareMessages))
  expect(hundred.answers).toHaveLength(100)
  expect(Object.keys(kindsOf(hundred))).toEqual([kind === 'loyalty_reward' ? 'defer coupon_pending' : 'send'])
  expect(hundred.statements).toBe(alone.statements)
  expect(hundred.statements).toBeLessThanOrEqual(most)
})

/** Of everything that may have changed since planning, something for some. */
async function muddle({ db, shopId, phoneNumberId }: PrepareWorld, seed: number): Promise<void> {
  const some = (nth: number, of: number, id = 'id'): string =>
    `(${id} * 31 + ${seed} * 17 + ${nth}) % ${of} = 0`
  for (const statement of [
    `update campaigns set is_on = false where ${some(1, 9)}`,
    `update products set is_sellable = not is_sellable where ${some(2, 9)}`,
    `update products set is_in_stock = false, is_sellable = false where ${some(3, 11)}`,
    `update products set price_minor = price_minor + 1 where ${some(4, 13)}`,
    `update products set sale_to = $1::timestamptz + interval '2 hours' where ${some(5, 13)}`,
    `update products set status = 'draft' where ${some(6, 17)}`,
    `update stock_cycles set closed_at = $1 where ${some(7, 13)}`,
    `update people set consent = 'opted_out', consent_at = $1 where ${some(8, 19)}`,
    `update people set meta_stop = true where ${some(9, 11)}`,
    `update people set last_inbound_at = $1::timestamptz - interval '3 hours' where ${some(10, 4)}`,
    `update people set marketing_paused_at = $1 where ${some(11, 29)}`,
    `update people set handoff_at = $1 where ${some(12, 23)}`,
    `update people set country = 'US' where ${some(13, 31)}`,
    `update people set send_regions = '{AU|Australia/Sydney}' where ${some(14, 13)}`,
    `update people set language = 'ar', first_name = null where ${some(15, 7)}`,
    `update people set merged_into = id - 1, root_id = id - 1 where ${some(16, 10)} and id > 1 and not ${some(16, 10, '(id - 1)')}`,
    `update person_purchases set last_order_at = $1::timestamptz - interval '1 day' where ${some(17, 13, 'person_id')}`,
    `update orders set placed_at = $1::timestamptz - interval '2 hours' where ${some(18, 11)}`,
    `update messages set counted_at = $1::timestamptz - interval '5 days' where state = 'delivered' and ${some(19, 11)}`,
    `update reengagement_log set expires_at = $1 where ${some(20, 19)}`,
    `update reengagement_log set state = 'suppressed', reason = 'bought_since' where ${some(21, 37)}`,
    `insert into alerts (shop_id, person_id, product_id, kind, any_variation, source, asked_at, expires_at, ended_at)
     select shop_id, person_id, product_id, 'back_in_stock', false, 'chat', interest_at, expires_at, case when ${some(22, 3)} then $1::timestamptz end
     from reengagement_log where product_id is not null and ${some(23, 2)} on conflict do nothing`,
    `update reengagement_log l set alert_id = a.id from alerts a where a.person_id = l.person_id and a.product_id = l.product_id`,
    `insert into inbound_messages (shop_id, person_id, phone_number_id, wamid, type, payload, at, received_at)
     select shop_id, id, ${phoneNumberId}, 'in.' || id, 'text', '{}', $1::timestamptz - interval '2 hours', $1 from people where ${some(24, 13)}`,
    `insert into coupons (shop_id, person_id, candidacy_id, code, percent_bps, last_day, expires_at, state, reason, attempts, due_at, created_at, updated_at)
     select l.shop_id, l.person_id, l.id, 'code' || l.id, case when ${some(25, 3, 'l.id')} then 500 else 1000 end, '2026-03-16', '2026-03-17T00:00:00Z',
       (array['made', 'planned', 'to_delete', 'deleted', 'used', 'refused', 'made'])[(l.id + ${seed}) % 7 + 1], case when (l.id + ${seed}) % 7 = 5
       then 'coupons_disabled' end, 1, $1, $1, $1
     from reengagement_log l join campaigns c on c.id = l.campaign_id where c.kind = 'loyalty_reward' and not ${some(26, 3, 'l.id')}`,
  ])
    await db.execute(statement, statement.includes('$1') ? [now] : [])
  // Other drops that were closed in favour of one.
  await db.execute(
    `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
       settings_version, price_minor, state, reason, reason_count, competing_id, expires_at, considered_at, updated_at)
     select l.shop_id, l.campaign_id, l.person_id, p.id, p.item_key, 'grouped', 'viewed', 5, 0, l.interest_at, 1, 1030, 'suppressed', 'grouped', 1,
       l.id, l.expires_at, l.considered_at, l.updated_at
     from reengagement_log l join campaigns c on c.id = l.campaign_id and c.kind = 'price_drop' cross join products p
     where ${some(27, 2, 'l.id')} and ${some(28, 20, 'p.id')}`,
  )
  // Some alerts were answered together: the second message's candidacies moved to the first.
  await db.execute(
    `with joined as (
       select min(m.id) as first_id, max(m.id) as second_id from messages m join people p on p.id = m.person_id
       where m.shop_id = $1 and m.purpose = 'alert' and m.state = 'waiting' group by p.root_id having count(*) > 1
     ), linked as (
       insert into message_candidacies (message_id, candidacy_id)
       select j.first_id, l.id from joined j join reengagement_log l on l.message_id = j.second_id
     ), moved as (
       update reengagement_log l set message_id = j.first_id from joined j where l.message_id = j.second_id
     )
     update messages m set state = 'suppressed', counted_at = null from joined j where m.id = j.second_id`,
    [shopId],
  )
}

/** Messages of all kinds, one for each person. */
async function reserveAll(world: PrepareWorld): Promise<ClaimedMessage[]> {
  const messages: ClaimedMessage[] = []
  for (const [at, kind] of kinds.entries())
    messages.push(...(await world.reserve({ kind, personIds: world.people.filter((id) => id % 8 === at) })))
  const asking = world.people.filter((id) => id % 8 > 5)
  for (const kind of ['back_in_stock', 'price_drop'] as const)
    messages.push(...(await world.reserve({ kind, personIds: asking, isAlert: true })))
  return messages
}

test.each([1, 2, 3, 4, 5])(
  'together they come to the same as each alone, whatever has happened since they were planned (%i)',
  async (seed) => {
    await using world = await createPrepareWorld({ people: 160, products: 60 })
    const all = await reserveAll(world)
    await muddle(world, seed)
    // Those of one person follow one another, which is a matter of its own.
    const firsts = await world.db.query<{ id: number }>(
      `select min(m.id) as id from messages m join people p on p.id = m.person_id where m.state = 'waiting' group by p.root_id`,
    )
    const ids = new Set(firsts.map(({ id }) => id))
    const messages = all.filter(({ id }) => ids.has(id))
    const set = await tryOut(world, together(messages, prepareMessages))
    const each = await tryOut(world, oneByOne(messages, prepareMessages))
    expect(set.answers).toEqual(each.answers)
    expect(set.written).toEqual(each.written)
    expect(Object.keys(kindsOf(set)).length).toBeGreaterThan(12)
    expect(set.statements).toBeLessThan(45)
  },
)

test('of two alerts to one person that were both due long ago, one goes now and the other after a day', async () => {
  await using world = await createPrepareWorld({ people: 3, products: 9 })
  await world.db.execute('update products set is_sellable = true')
  await world.db.execute('delete from messages')
  // The number stood still meanwhile, so both are past the time at which each of them may go.
  const personIds = world.people.slice(0, 1)
  const older = await world.reserve({
    kind: 'back_in_stock',
    personIds,
    isAlert: true,
    dueAt: new Date(now.getTime() - 60 * hourMs),
  })
  const newer = await world.reserve({
    kind: 'price_drop',
    personIds,
    isAlert: true,
    dueAt: new Date(now.getTime() - 30 * hourMs),
  })
  const { answers } = await tryOut(world, together([...older, ...newer], prepareMessages))
  expect(answers).toMatchObject([
    [older[0]!.id, { kind: 'send' }],
    [newer[0]!.id, { kind: 'defer', reason: 'cap_24h', until: new Date(now.getTime() + 24 * hourMs) }],
  ])
})

test('a message that cannot be composed fails the set, and alone nobody but itself', async () => {
  await using world = await createPrepareWorld({ people: 3, products: 9 })
  await world.db.execute('update products set is_sellable = true')
  const messages = await world.reserve({ kind: 'back_in_stock', personIds: world.people })
  await world.db.execute('update reengagement_log set product_id = null where message_id = $1', [
    messages[1]!.id,
  ])
  await expect(tryOut(world, together(messages, prepareMessages))).rejects.toThrow('names none')
  const others = await tryOut(world, oneByOne([messages[0]!, messages[2]!], prepareMessages))
  expect(kindsOf(others)).toEqual({ send: 2 })
})
