import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertPerson, insertProduct } from '../support/rows.ts'
import { createAdminWorld, type AdminWorld } from './admin-world.ts'
import { faultsOf } from './api-call.ts'

test('a campaign shows its rules with every default; a change makes a version that explains earlier decisions', async () => {
  await using world = await createAdminWorld()
  expect((await world.call('GET', '/v1/campaigns/price_drop')).body).toMatchObject({
    kind: 'price_drop',
    isOn: false,
    version: 1,
    settings: { thresholdBps: 1000, honestReference: true },
    audience: { include: {}, exclude: {}, minSpentMinor: null },
    holdoutBps: 0,
    variants: [],
    missing: null,
  })
  const put = (body: unknown) => world.call('PUT', '/v1/campaigns/price_drop', body)
  const rules = {
    settings: { thresholdBps: 2000 },
    audience: { include: { tags: ['VIP'], countries: ['PT'] } },
    holdoutBps: 1000,
    variants: [{ name: 'a', weight: 1 }],
  }
  expect(await put(rules)).toMatchObject({
    status: 200,
    body: {
      version: 2,
      settings: { thresholdBps: 2000, minAmountMinor: 0 },
      audience: { include: { tags: ['vip'], countries: ['PT'] } },
      holdoutBps: 1000,
    },
  })
  // What is left out stays; an audience is replaced as a whole.
  expect((await put({ audience: { exclude: { tags: ['staff'] } } })).body).toMatchObject({
    version: 3,
    settings: { thresholdBps: 2000 },
    audience: { include: {}, exclude: { tags: ['staff'] } },
    holdoutBps: 1000,
  })
  expect((await put({ settings: { thresholdBps: 2000 } })).body).toMatchObject({ version: 3 })
  expect(await put({ version: 2, holdoutBps: 0 })).toMatchObject({
    status: 409,
    body: { code: 'version_conflict' },
  })
  expect((await put({ settings: { thresholdBps: null } })).body).toMatchObject({
    version: 4,
    settings: { thresholdBps: 1000 },
  })
  const versions = await world.call('GET', '/v1/campaigns/price_drop/versions')
  expect(versions.body['items']).toMatchObject([
    { version: 4, settings: {}, createdBy: 'api' },
    { version: 3, settings: { thresholdBps: 2000 } },
    { version: 2, audience: { include: { tags: ['vip'] } }, holdoutBps: 1000 },
    { version: 1, settings: {}, createdBy: 'system' },
  ])
  const audit = await world.call('GET', '/v1/audit?limit=1')
  expect(audit.body['items']).toMatchObject([
    {
      action: 'campaign.settings',
      subject: 'campaign:price_drop',
      before: { version: 3, settings: { thresholdBps: 2000 } },
      after: { version: 4, settings: { thresholdBps: 1000 } },
    },
  ])
})

describe('impossible rules are refused with the field and the reason, and change nothing', () => {
  let world: AdminWorld
  beforeAll(async () => {
    world = await createAdminWorld()
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test.each<[string, string, unknown, string[]]>([
    [
      'a threshold of 101 %',
      'price_drop',
      { settings: { thresholdBps: 10_100 } },
      ['settings.thresholdBps: must be at most 9999'],
    ],
    [
      'every fault at once',
      'price_drop',
      {
        settings: { thresholdBps: -1, honestReference: 'yes' },
        holdoutBps: 5_001,
        audience: { minSpentMinor: 2, maxSpentMinor: 1 },
      },
      [
        'settings.thresholdBps: must be at least 0',
        'settings.honestReference: must be true or false',
        'audience.maxSpentMinor: must not be below minSpentMinor',
        'holdoutBps: must be at most 5000',
      ],
    ],
    [
      'a setting of another kind',
      'price_drop',
      { settings: { perUnit: 3 } },
      ['settings.perUnit: is not known here'],
    ],
    ['a part that does not exist', 'price_drop', { setting: {} }, ['setting: is not known here']],
    [
      'a country that is none',
      'new_arrivals',
      { audience: { include: { countries: ['Portugal'] } } },
      ['audience.include.countries.0: must be a country code such as PT'],
    ],
    [
      'a list that does not exist',
      'new_arrivals',
      { audience: { include: { cities: ['Porto'] } } },
      ['audience.include.cities: is not known here'],
    ],
    ['an audience that is none', 'new_arrivals', { audience: null }, ['audience: must be an object']],
    [
      'two wordings of one name',
      'we_miss_you',
      {
        variants: [
          { name: 'b', weight: 1 },
          { name: 'b', weight: 1 },
        ],
      },
      ['variants: must not name a variant twice'],
    ],
    [
      'a memory longer than decisions are kept',
      'loyalty_reward',
      { settings: { everyDays: 500 } },
      [
        'settings.everyDays: must be at most 400: decisions are kept for so many days (retention.decisionDays)',
      ],
    ],
    [
      'a text the database cannot hold',
      'price_drop',
      { audience: { include: { tags: ['a\0'] } } },
      ['audience.include.tags.0: must be plain text'],
    ],
  ])('%s', async (_, kind, body, expected) => {
    const tables = ['campaigns', 'campaign_settings_versions', 'audit_log']
    const read = () => Promise.all(tables.map((table) => world.rows(table)))
    const before = await read()
    const answer = await world.call('PUT', `/v1/campaigns/${kind}`, body)
    expect(answer.status).toBe(400)
    expect(faultsOf(answer)).toEqual(expected)
    expect(await read()).toEqual(before)
  })

  test('a campaign that does not exist', async () => {
    for (const kind of ['birthday', '__proto__', 'toString'])
      expect(await world.call('GET', `/v1/campaigns/${kind}`)).toMatchObject({
        status: 404,
        body: { code: 'kind_unknown' },
      })
  })
})

test('a campaign is off until it is switched on, from that moment, and what it lacks is said', async () => {
  await using world = await createAdminWorld()
  const refused = await world.call('POST', '/v1/campaigns/loyalty_reward/on')
  expect(refused).toMatchObject({ status: 400, body: { code: 'settings_refused' } })
  expect(refused.body.faults?.[0]?.where).toBe('settings.minSpentMinor')
  expect(await world.db.query(`select 1 from campaigns where is_on`)).toEqual([])
  await world.call('PUT', '/v1/campaigns/loyalty_reward', { settings: { minSpentMinor: 20_000 } })
  world.clock.advance(60_000)
  expect((await world.call('POST', '/v1/campaigns/loyalty_reward/on')).body).toMatchObject({
    isOn: true,
    onSince: '2026-03-10T12:01:00.000Z',
    missing: null,
  })
  // Again changes nothing, and what it cannot do without cannot be taken away while it is on.
  world.clock.advance(60_000)
  expect((await world.call('POST', '/v1/campaigns/loyalty_reward/on')).body['onSince']).toBe(
    '2026-03-10T12:01:00.000Z',
  )
  const taken = await world.call('PUT', '/v1/campaigns/loyalty_reward', { settings: { minSpentMinor: null } })
  expect(taken.status).toBe(400)
  expect((await world.call('POST', '/v1/campaigns/loyalty_reward/off')).body).toMatchObject({
    isOn: false,
    onSince: null,
  })
  const audit = await world.db.query(
    `select actor, after->>'isOn' as is_on from audit_log where action = 'campaign.switched' order by id`,
  )
  expect(audit).toEqual([
    { actor: 'api', isOn: 'true' },
    { actor: 'api', isOn: 'false' },
  ])
})

test('held runs wait for a yes or a no', async () => {
  await using world = await createAdminWorld()
  const { db, shop } = world
  const now = world.clock.now()
  const productId = await insertProduct(db, shop.id, now, { wcId: 1 })
  const personId = await insertPerson(db, shop.id, now)
  const runs: number[] = []
  for (const cycleId of [1, 2, 3, 4]) {
    const [run] = await db.query<{ id: number }>(
      `insert into campaign_runs (shop_id, campaign_id, cycle_id, product_id, state, reason, next_wave_at, expires_at, waves, wave_told, settings_version, created_at)
       select $1, id, $2, $3, $5, 'bulk_change', $4, $4::timestamptz + interval '3 days', 0, 0, 1, $4 from campaigns where kind = 'back_in_stock' returning id`,
      [shop.id, cycleId, productId, now, cycleId === 4 ? 'running' : 'held'],
    )
    runs.push(run!.id)
    // The third was held before anybody was considered.
    if (cycleId === 3) continue
    await db.execute(
      `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, run_id, cycle_id, trigger, value, rank, interest_at,
         settings_version, state, reason_count, expires_at, considered_at, updated_at)
       select $1, id, $2, $3, 'id:1', 'cycle:' || $5::bigint, $6, $5::bigint, 'viewed', 4, 1, $4, 1, 'waiting', 0, $4::timestamptz + interval '3 days', $4, $4
       from campaigns where kind = 'back_in_stock'`,
      [shop.id, personId, productId, now, cycleId, run!.id],
    )
  }
  const [first, second, third, running] = runs
  const held = async (): Promise<unknown> =>
    ((await world.call('GET', '/v1/runs?state=held&order=oldest')).body['items'] as { id: number }[]).map(
      (run) => run.id,
    )
  expect(await held()).toEqual([first, second, third])
  world.clock.advance(60_000)
  expect(await world.call('POST', `/v1/runs/${first!}/approve`)).toMatchObject({
    status: 200,
    body: { approved: true },
  })
  expect(world.woken).toContain('campaigns')
  expect(await world.call('POST', `/v1/runs/${second!}/refuse`)).toMatchObject({
    status: 200,
    body: { state: 'done', suppressed: 1 },
  })
  expect(await world.call('POST', '/v1/runs/approve-all')).toMatchObject({
    status: 200,
    body: { approved: 1 },
  })
  expect(await held()).toEqual([])
  for (const done of [first, second, running])
    expect(await world.call('POST', `/v1/runs/${done!}/approve`)).toMatchObject({
      status: 409,
      body: { code: 'run_not_held' },
    })
  expect((await world.call('POST', '/v1/runs/99999/refuse')).status).toBe(404)
  expect(
    await db.query(`select r.id, r.state, r.approved_at is not null as approved, l.state as candidacy, l.reason
                    from campaign_runs r left join reengagement_log l on l.run_id = r.id order by r.id`),
  ).toEqual([
    { id: first, state: 'running', approved: true, candidacy: 'waiting', reason: null },
    { id: second, state: 'done', approved: false, candidacy: 'suppressed', reason: 'bulk_change' },
    { id: third, state: 'new', approved: true, candidacy: null, reason: null },
    { id: running, state: 'running', approved: false, candidacy: 'waiting', reason: null },
  ])
  const audit = await db.query(`select action, subject from audit_log order by id`)
  expect(audit).toEqual([
    { action: 'run.approved', subject: `run:${first!}` },
    { action: 'run.refused', subject: `run:${second!}` },
    { action: 'run.approved', subject: `run:${third!}` },
  ])
})
