import { describe, expect, test } from 'vitest'
import type { World } from '../support/world.ts'
import { createCampaignWorld, type CampaignWorld } from './campaign-world.ts'

interface Sending {
  stop: { stoppedAt: string | null }
  budget: { limitMicros: number | null; setAsideMicros: number }
  numbers: { ratePerSecond: number; messagingTier: string | null; quality: string | null; state: string }[]
  campaigns: {
    kind: string
    stopReason: string | null
    stopDetails: unknown
    deliveries: number
    optOuts: number
  }[]
  waiting: { lane: string; reason: string | null; messages: number }[]
}

const noon = '2026-03-10T12:00:00Z'
const sending = (world: CampaignWorld): Promise<Sending> => world.api('GET', '/v1/sending')
const campaign = async (world: CampaignWorld, kind: string) =>
  (await sending(world)).campaigns.find((one) => one.kind === kind)
const waitingFor = async (world: CampaignWorld) =>
  (await sending(world)).waiting.map(({ lane, reason, messages }) =>
    `${messages} ${lane} ${reason ?? ''}`.trim(),
  )
const change = (world: CampaignWorld, settings: unknown) =>
  world.api('PUT', '/v1/settings', { settings: { sending: settings } })
const openNotices = async (world: CampaignWorld) => {
  const { items } = await world.api<{ items: { code: string }[] }>('GET', '/v1/notices?open=true')
  return items.map(({ code }) => code).sort()
}

async function visitors(world: World, sku: string, names: readonly string[]): Promise<string[]> {
  const phones: string[] = []
  for (const name of names) {
    const phone = await world.person(name)
    await world.looksAt(phone, sku)
    phones.push(phone)
  }
  return phones
}

const told = (world: World, phones: readonly string[]): number =>
  phones.filter((phone) => world.templatesTo(phone).length > 0).length

describe('the kill switch', () => {
  test('of the shop holds up everything, replies included, and what waited goes when it is released', async () => {
    await using world = await createCampaignWorld(noon)
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const [ana] = await visitors(world, 'MUG', ['Ana'])
    await world.pass(30)
    await world.api('POST', '/v1/sending/stop')
    await world.restock('MUG', 5)
    const before = world.sandbox.whatsapp.inbox(ana!).length
    await world.looksAt(ana!, 'MUG')
    expect(world.sandbox.whatsapp.inbox(ana!)).toHaveLength(before + 1)
    expect(await waitingFor(world)).toEqual(['1 replies killed', '1 campaigns killed'])
    await world.api('POST', '/v1/sending/start')
    await world.settle()
    expect(told(world, [ana!])).toBe(1)
    expect(await waitingFor(world)).toEqual([])
  })

  test('of a campaign holds up that one; what is too old by then has expired', async () => {
    await using world = await createCampaignWorld(noon)
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const phones = await visitors(world, 'MUG', ['Ana'])
    await world.pass(30)
    await world.api('POST', '/v1/campaigns/back_in_stock/stop')
    await world.restock('MUG', 5)
    const before = world.sandbox.whatsapp.inbox(phones[0]!).length
    await world.looksAt(phones[0]!, 'MUG')
    expect(world.sandbox.whatsapp.inbox(phones[0]!)).toHaveLength(before + 2)
    expect(await waitingFor(world)).toEqual(['1 campaigns killed'])
    expect(await world.log()).toMatchObject([{ state: 'reserved', reason: 'killed' }])
    await world.pass(73 * 60)
    expect(await world.log()).toMatchObject([{ state: 'expired' }])
    await world.api('POST', '/v1/campaigns/back_in_stock/resume')
    await world.settle()
    expect(told(world, phones)).toBe(0)
  })
})

describe('the circuit breaker', () => {
  test('stops a campaign that WhatsApp refuses; once resumed, it goes on', async () => {
    await using world = await createCampaignWorld(noon)
    await change(world, { breakerRefusals: 3 })
    await world.products(['MUG', 'CUP'])
    await world.restock('MUG', 0)
    await world.restock('CUP', 0)
    await visitors(world, 'MUG', ['Ana', 'Bia', 'Caio'])
    const later = await visitors(world, 'CUP', ['Duda'])
    await world.pass(30)
    world.sandbox.whatsapp.setFaults({ refuse: { code: 131_026 } })
    await world.restock('MUG', 5)
    expect(await campaign(world, 'back_in_stock')).toMatchObject({
      stopReason: 'breaker_refusals',
      stopDetails: { refusalsInRow: 3, limit: 3 },
    })
    expect(await openNotices(world)).toContain('campaign_stopped')
    world.sandbox.whatsapp.clearFaults()
    await world.restock('CUP', 5)
    expect(told(world, later)).toBe(0)
    expect(await waitingFor(world)).toEqual(['1 campaigns breaker_refusals'])
    await world.api('POST', '/v1/campaigns/back_in_stock/resume')
    await world.settle()
    expect(told(world, later)).toBe(1)
    expect(await openNotices(world)).not.toContain('campaign_stopped')
  })

  test('also when WhatsApp takes the messages and lets them fail', async () => {
    await using world = await createCampaignWorld(noon)
    await change(world, { breakerRefusals: 3 })
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    await visitors(world, 'MUG', ['Ana', 'Bia', 'Caio'])
    await world.pass(30)
    world.sandbox.whatsapp.setFaults({ fail: { code: 131_026 } })
    await world.restock('MUG', 5)
    expect(await campaign(world, 'back_in_stock')).toMatchObject({ stopReason: 'breaker_refusals' })
  })

  test('stops a campaign whose people opt out', async () => {
    await using world = await createCampaignWorld(noon)
    await change(world, { breakerFromDeliveries: 2 })
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const [ana] = await visitors(world, 'MUG', ['Ana', 'Bia'])
    await world.pass(30)
    await world.restock('MUG', 5)
    expect(await campaign(world, 'back_in_stock')).toMatchObject({
      stopReason: null,
      deliveries: 2,
      optOuts: 0,
    })
    world.sandbox.whatsapp.writes(ana!, 'STOP')
    await world.settle()
    expect(await campaign(world, 'back_in_stock')).toMatchObject({
      stopReason: 'breaker_opt_outs',
      stopDetails: { deliveries: 2, optOuts: 1 },
      optOuts: 1,
    })
  })
})

describe('the budget', () => {
  test('of a day is used up to the last message; the rest goes the day after, or when it is raised', async () => {
    await using world = await createCampaignWorld(noon)
    await change(world, { dailyBudgetMicros: 70_000 })
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const phones = await visitors(world, 'MUG', ['Ana', 'Bia', 'Caio'])
    await world.pass(30)
    await world.restock('MUG', 5)
    expect(told(world, phones)).toBe(1)
    expect((await sending(world)).budget).toEqual({ limitMicros: 70_000, setAsideMicros: 59_200 })
    expect(await waitingFor(world)).toEqual(['2 campaigns budget_reached'])
    expect(await openNotices(world)).toContain('budget_reached')
    await world.at('2026-03-11T09:59:59Z')
    expect(told(world, phones)).toBe(1)
    // Nine on the Azores, where a Portuguese number may be.
    await world.at('2026-03-11T10:00:00Z')
    expect(told(world, phones)).toBe(2)
    await change(world, { dailyBudgetMicros: 120_000 })
    await world.settle()
    expect(told(world, phones)).toBe(3)
  })

  test('is given back by what WhatsApp refuses or lets fail', async () => {
    await using world = await createCampaignWorld(noon)
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    await visitors(world, 'MUG', ['Ana', 'Bia'])
    await world.pass(30)
    world.sandbox.whatsapp.setFaults({ fail: { code: 131_026, times: 1 } })
    await world.restock('MUG', 5)
    expect((await sending(world)).budget.setAsideMicros).toBe(59_200)
  })
})

describe('what WhatsApp says of the account', () => {
  test('its messaging limit is kept; who does not fit is told a day later', async () => {
    await using world = await createCampaignWorld(noon)
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const phones = await visitors(world, 'MUG', ['Ana', 'Bia'])
    await world.at('2026-03-12T10:00:00Z')
    world.sandbox.whatsapp.changeMessagingLimit(1)
    await world.settle()
    await world.restock('MUG', 5)
    expect(told(world, phones)).toBe(1)
    expect(await waitingFor(world)).toEqual(['1 campaigns tier_reached'])
    await world.pass(23 * 60)
    expect(told(world, phones)).toBe(1)
    await world.pass(60)
    expect(told(world, phones)).toBe(2)
  })

  test('a higher rate and another limit are learned from webhooks, and read at the start and each hour', async () => {
    await using world = await createCampaignWorld(noon)
    expect((await sending(world)).numbers).toMatchObject([
      { ratePerSecond: 80, messagingTier: 'TIER_100K', quality: 'GREEN', state: 'active' },
    ])
    world.sandbox.whatsapp.upgradeThroughput()
    await world.settle()
    expect((await sending(world)).numbers).toMatchObject([{ ratePerSecond: 1_000 }])
    world.sandbox.whatsapp.setSettings({ throughputPerSecond: 80, messagingLimit: null })
    await world.at('2026-03-10T13:00:00Z')
    await world.app.schedule.beat(['check-numbers'])
    expect((await sending(world)).numbers).toMatchObject([
      { ratePerSecond: 80, messagingTier: 'TIER_UNLIMITED' },
    ])
  })

  test('a token that has expired is told, and nothing else changes', async () => {
    await using world = await createCampaignWorld(noon)
    world.sandbox.whatsapp.expireToken()
    await world.at('2026-03-10T13:00:00Z')
    await world.app.schedule.beat(['check-numbers'])
    expect(await openNotices(world)).toEqual(['access_refused'])
    expect((await sending(world)).numbers).toMatchObject([{ ratePerSecond: 80, state: 'active' }])
    world.sandbox.whatsapp.renewToken()
    await world.at('2026-03-10T14:00:00Z')
    await world.app.schedule.beat(['check-numbers'])
    expect(await openNotices(world)).toEqual([])
  })

  test('restricted to answering, the shop answers, and campaigns wait until the end', async () => {
    await using world = await createCampaignWorld(noon)
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const phones = await visitors(world, 'MUG', ['Ana'])
    await world.pass(30)
    const expiration = Date.parse('2026-03-11T10:00:00Z') / 1_000
    world.sandbox.whatsapp.sendsField('account_update', {
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [{ restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration }],
    })
    await world.settle()
    await world.restock('MUG', 5)
    const before = world.sandbox.whatsapp.inbox(phones[0]!).length
    await world.looksAt(phones[0]!, 'MUG')
    expect(world.sandbox.whatsapp.inbox(phones[0]!)).toHaveLength(before + 2)
    expect(told(world, phones)).toBe(0)
    expect(await waitingFor(world)).toEqual(['1 campaigns number_restricted'])
    await world.at('2026-03-11T10:00:00Z')
    expect(told(world, phones)).toBe(1)
  })
})

describe('people in the United States', () => {
  test.each([
    ['by their number', { phone: '+12125550123' }, 'US', 0],
    ['in Canada, with the same country code, are told', { phone: '+14165550123' }, 'CA', 1],
  ])('%s', async (_, address, country, count) => {
    await using world = await createCampaignWorld('2026-03-10T16:00:00Z')
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const phone = await world.person('Joe', { ...address, country })
    await world.looksAt(phone, 'MUG')
    await world.pass(30)
    await world.restock('MUG', 5)
    expect(told(world, [phone])).toBe(count)
    const reasons = (await world.log()).map(({ reason }) => reason)
    expect(reasons).toEqual([count === 0 ? 'us_marketing_blocked' : null])
  })

  test('known only by a user id of the United States are not told either, and are offered no alert', async () => {
    await using world = await createCampaignWorld('2026-03-10T16:00:00Z')
    await world.products(['MUG'])
    await world.restock('MUG', 0)
    const phone = '+12125550177'
    world.sandbox.whatsapp.addPerson({
      name: 'Joe',
      phone,
      country: 'US',
      username: 'joe',
      readsAtOnce: false,
    })
    world.sandbox.whatsapp.writes(phone, 'START')
    await world.looksAt(phone, 'MUG')
    expect(await world.db.query(`select kind from person_identities`)).toEqual([{ kind: 'bsuid' }])
    // Nobody is offered what WhatsApp would not deliver.
    const shown = world.sandbox.whatsapp.inbox(phone).findLast(({ direction }) => direction === 'to_person')
    expect(shown).toMatchObject({ type: 'text', shown: 'MUG is sold out at the moment.' })
    await world.pass(30)
    await world.restock('MUG', 5)
    expect(told(world, [phone])).toBe(0)
    expect(await world.db.query(`select 1 from alerts`)).toEqual([])
    expect(await world.log()).toMatchObject([{ reason: 'us_marketing_blocked' }])
  })
})
