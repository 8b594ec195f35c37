import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectShop } from '../../src/shops/connect-shop.ts'
import { createSecretsBox } from '../../src/platform/secrets-box.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'
import { nameShop } from '../../src/shops/shop-store.ts'
import { createAdminWorld, type AdminWorld } from './admin-world.ts'
import { faultsOf } from './api-call.ts'

test('settings show every default, and a change keeps all else', async () => {
  await using world = await createAdminWorld()
  expect(await world.call('GET', '/v1/settings')).toMatchObject({
    status: 200,
    body: { version: 0, settings: defaultShopSettings },
  })
  const changed = await world.call('PUT', '/v1/settings', {
    settings: { caps: { campaignEveryDays: 10 }, sendWindow: { byCountry: { PT: { closedWeekdays: [7] } } } },
  })
  const expected = structuredClone(defaultShopSettings)
  expected.caps.campaignEveryDays = 10
  expected.sendWindow.byCountry['PT'] = { closedWeekdays: [7], closedOnPublicHolidays: false }
  expect(changed).toMatchObject({ status: 200, body: { version: 1, settings: expected } })
  expect((await world.call('GET', '/v1/settings')).body).toMatchObject({ version: 1, settings: expected })
  // What nobody set is not stored, so that a better default reaches this shop, too.
  expect(await world.db.query('select version, settings, created_by from shop_settings')).toEqual([
    {
      version: 1,
      createdBy: 'api',
      settings: {
        caps: { campaignEveryDays: 10 },
        sendWindow: { byCountry: expected.sendWindow.byCountry },
      },
    },
  ])
})

test('null goes back to the default, and what changes nothing makes no version', async () => {
  await using world = await createAdminWorld()
  const put = (settings: unknown) => world.call('PUT', '/v1/settings', { settings })
  await put({
    caps: { campaignEveryDays: 10, messagesPer30Days: 2 },
    sendWindow: { byCountry: { FR: null } },
  })
  const after = await put({ caps: { campaignEveryDays: null } })
  expect(after.body).toMatchObject({
    version: 2,
    settings: { caps: { campaignEveryDays: 7, messagesPer30Days: 2 }, sendWindow: { byCountry: {} } },
  })
  expect((await put({ caps: { messagesPer30Days: 2 } })).body).toMatchObject({ version: 2 })
  expect((await put({})).body).toMatchObject({ version: 2 })
  expect((await put({ caps: null, sendWindow: null })).body).toMatchObject({
    version: 3,
    settings: defaultShopSettings,
  })
})

test('who changed what is on record, and every version can be read', async () => {
  await using world = await createAdminWorld()
  await world.call('PUT', '/v1/settings', { settings: { caps: { campaignEveryDays: 10 } } })
  world.clock.advance(60_000)
  await world.call('PUT', '/v1/settings', {
    settings: { caps: { campaignEveryDays: 12 }, brakes: { lateHours: 3 } },
  })
  const { body } = await world.call('GET', '/v1/audit')
  expect(body['items']).toMatchObject([
    {
      at: '2026-03-10T12:01:00.000Z',
      actor: 'api',
      action: 'shop.settings',
      subject: 'shop',
      before: { version: 1, caps: { campaignEveryDays: 10 }, brakes: { lateHours: 6 } },
      after: { version: 2, caps: { campaignEveryDays: 12 }, brakes: { lateHours: 3 } },
    },
    {
      before: { version: 0, caps: { campaignEveryDays: 7 } },
      after: { version: 1, caps: { campaignEveryDays: 10 } },
    },
  ])
  const versions = await world.call('GET', '/v1/settings/versions')
  expect(versions.body['items']).toMatchObject([
    { version: 2, settings: { caps: { campaignEveryDays: 12 }, brakes: { lateHours: 3 } }, createdBy: 'api' },
    { version: 1, settings: { caps: { campaignEveryDays: 10 } } },
  ])
})

test('a change made for another version than the one in force is refused', async () => {
  await using world = await createAdminWorld()
  const put = (version: number, days: number) =>
    world.call('PUT', '/v1/settings', { version, settings: { caps: { campaignEveryDays: days } } })
  expect((await put(0, 10)).status).toBe(200)
  expect(await put(0, 12)).toMatchObject({ status: 409, body: { code: 'version_conflict' } })
  expect((await world.call('GET', '/v1/settings')).body).toMatchObject({
    version: 1,
    settings: { caps: { campaignEveryDays: 10 } },
  })
  // Of two at the same time, one.
  const both = await Promise.all([put(1, 20), put(1, 30)])
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 409])
})

describe('impossible settings are refused with the field and the reason, and change nothing', () => {
  let world: AdminWorld
  beforeAll(async () => {
    world = await createAdminWorld()
    await world.call('PUT', '/v1/settings', { settings: { caps: { campaignEveryDays: 9 } } })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test.each<[string, unknown, string[]]>([
    [
      'a cap of nothing in no days',
      { caps: { campaignEveryDays: 0, messagesPer30Days: 0 } },
      ['caps.campaignEveryDays: must be at least 1', 'caps.messagesPer30Days: must be at least 1'],
    ],
    ['half a day', { caps: { campaignEveryDays: 1.5 } }, ['caps.campaignEveryDays: must be a whole number']],
    [
      'a word for a number',
      { caps: { alertEveryHours: 'daily' } },
      ['caps.alertEveryHours: must be a number'],
    ],
    [
      'a setting that does not exist',
      { caps: { campaignEveryDay: 3 } },
      ['caps.campaignEveryDay: is not a setting'],
    ],
    ['a section that does not exist', { cap: { campaignEveryDays: 3 } }, ['cap: is not a setting']],
    ['a section that is a number', { caps: 7 }, ['caps: must be an object']],
    [
      'a window that closes before it opens',
      { sendWindow: { opens: '20:00', closes: '09:00' } },
      ['sendWindow.closes: must be later than it opens (20:00)'],
    ],
    [
      'a country whose window closes before it opens',
      { sendWindow: { byCountry: { PT: { window: { opens: '20:00', closes: '09:00' } } } } },
      ['sendWindow.byCountry.PT.window: must open before it closes'],
    ],
    [
      'an hour that no clock has',
      { sendWindow: { opens: '9' } },
      ['sendWindow.opens: must be a time such as 09:00'],
    ],
    [
      'a country that is never open',
      { sendWindow: { byCountry: { PT: { closedWeekdays: [1, 2, 3, 4, 5, 6, 7] } } } },
      ['sendWindow.byCountry.PT.closedWeekdays: must leave at least one weekday open'],
    ],
    [
      'a country that is none',
      { consent: { doubleOptInCountries: ['de'] } },
      ['consent.doubleOptInCountries: must name countries by two capital letters, such as PT'],
    ],
    [
      'an unknown zone',
      { shop: { timeZone: 'Europe/Atlantis' } },
      ['shop.timeZone: must be a known time zone such as Europe/Lisbon'],
    ],
    [
      'a memory shorter than what a rest takes to count',
      { retention: { decisionDays: 200 } },
      [
        'retention.decisionDays: must be at least 240: a rest after unanswered win-backs (winBack) takes so long to count',
      ],
    ],
    [
      'a memory shorter than what a campaign looks back on',
      { winBack: { restDays: 30, spacingDays: 10 }, retention: { decisionDays: 150 } },
      ['retention.decisionDays: must be at least 180: loyalty_reward looks back so far (its everyDays)'],
    ],
    [
      'views forgotten sooner than interest lasts',
      { retention: { viewDays: 45 } },
      ['retention.viewDays: must be at least 60: back_in_stock looks back so far (its interestDays)'],
    ],
    [
      'somebody who is away before they are',
      { winBack: { inactiveDays: 90, inactiveUntilDays: 60 } },
      ['winBack.inactiveUntilDays: must be later than inactiveDays'],
    ],
    [
      'a daily run after midnight',
      { dailyRun: { at: '24:00' } },
      ['dailyRun.at: must be a time of the day, 00:00 to 23:59'],
    ],
    ['what is no object', [1, 2], ['settings: must be an object']],
  ])('%s', async (_, settings, expected) => {
    const before = [
      await world.rows('shop_settings'),
      await world.rows('audit_log'),
      await world.rows('shops'),
    ]
    const answer = await world.call('PUT', '/v1/settings', { settings })
    expect(answer.status).toBe(400)
    expect(faultsOf(answer)).toEqual(expected)
    expect([
      await world.rows('shop_settings'),
      await world.rows('audit_log'),
      await world.rows('shops'),
    ]).toEqual(before)
  })

  test('also what is not a change at all', async () => {
    expect(faultsOf(await world.call('PUT', '/v1/settings', {}))).toEqual(['settings: is missing'])
    expect(faultsOf(await world.call('PUT', '/v1/settings', { settings: {}, extra: 1 }))).toEqual([
      'extra: is not known here',
    ])
    const nasty = JSON.parse('{"settings":{"__proto__":{"caps":1},"shop":{"name":"a\\u0000b"}}}') as unknown
    expect((await world.call('PUT', '/v1/settings', nasty)).status).toBe(400)
  })
})

test('a shop’s name, zone and language are checked, and outlive the next start', async () => {
  await using world = await createAdminWorld()
  const put = (body: unknown) => world.call('PUT', '/v1/shop', body)
  expect(faultsOf(await put({ timeZone: '+02:00' }))).toEqual([
    'shop.timeZone: must be a known time zone such as Europe/Lisbon',
  ])
  expect(faultsOf(await put({ language: 'english' }))).toEqual([
    'shop.language: must be a language such as en or pt_BR',
  ])
  expect(faultsOf(await put({ name: '' }))).toEqual(['shop.name: must not be empty'])
  expect(faultsOf(await put({ currency: 'USD' }))).toEqual(['currency: is not known here'])
  const changed = { name: 'Azulejo', timeZone: 'Atlantic/Azores', language: 'pt_BR' }
  expect(await put(changed)).toMatchObject({ status: 200, body: changed })
  const { key, currency, country, isSandbox } = world.shop
  const connection = {
    shop: { key, currency, country, isSandbox, timeZone: 'Europe/Lisbon', language: 'en' },
  }
  const deps = { db: world.db, box: createSecretsBox({ current: Buffer.alloc(32, 7) }) }
  expect(await connectShop(deps, connection, world.clock.now())).toMatchObject(changed)
  await nameShop(world.db, world.shop.id, 'What WooCommerce calls it', world.clock.now())
  expect((await world.call('GET', `/v1/shops/${key}`)).body).toMatchObject(changed)
})
