import { expect, test } from 'vitest'
import { saveListedTemplates } from '../../src/outbox/sync-templates.ts'
import { HubError } from '../../src/platform/errors.ts'
import { saveNumberConnection } from '../../src/shops/number-store.ts'
import { createAdminWorld, type AdminWorld } from './admin-world.ts'

async function withTemplates(world: AdminWorld): Promise<void> {
  const now = world.clock.now()
  await world.db.transaction(async (tx) => {
    const connection = {
      appName: 'app',
      sealedAppSecret: Buffer.from('x'),
      sealedVerifyToken: Buffer.from('x'),
      wabaMetaId: '1',
      phoneNumberMetaId: '2',
      displayPhoneNumber: '+15550783881',
      ratePerSecond: 80,
    }
    await saveNumberConnection(tx, world.shop.id, connection, now)
    const [waba] = await tx.query<{ id: number }>(`select id from meta_wabas`)
    const listed = (name: string, over: { status?: string; category?: string } = {}) => ({
      id: name,
      name,
      language: 'en',
      status: 'APPROVED',
      category: 'MARKETING',
      parameterFormat: 'NAMED' as const,
      components: [],
      quality: undefined,
      rejectedReason: undefined,
      ...over,
    })
    const templates = [
      listed('price_drop'),
      listed('price_drop__b', { status: 'PAUSED' }),
      listed('we_miss_you', { category: 'UTILITY' }),
      listed('order_confirmation', { category: 'UTILITY' }),
    ]
    await saveListedTemplates(tx, { shopId: world.shop.id, wabaId: waba!.id }, templates, now)
  })
}

const idOf = async (world: AdminWorld, name: string): Promise<number> => {
  const [row] = await world.db.query<{ id: number }>(`select id from templates where name = $1`, [name])
  return row!.id
}

test('templates are listed with what keeps them from being sent, and which campaigns need them', async () => {
  await using world = await createAdminWorld()
  await withTemplates(world)
  const { status, body } = await world.call('GET', '/v1/templates')
  expect(status).toBe(200)
  expect(body.items).toMatchObject([
    { name: 'order_confirmation', problem: null, campaigns: [] },
    {
      name: 'price_drop',
      problem: null,
      problemText: null,
      campaigns: ['price_drop'],
      usableSince: '2026-03-10T12:00:00.000Z',
      rampUp: { kind: 'steps', sentThisHour: 0, leftThisHour: 100, until: '2026-03-10T13:00:00.000Z' },
    },
    {
      name: 'price_drop__b',
      problem: 'template_paused',
      problemText: 'Meta has paused the template.',
      campaigns: ['price_drop'],
      usableSince: null,
      rampUp: null,
    },
    { name: 'we_miss_you', problem: 'category_changed' },
  ])
  const paused = await world.call('GET', '/v1/templates?status=PAUSED')
  expect((paused.body.items as { name: string }[]).map(({ name }) => name)).toEqual(['price_drop__b'])
})

test('a yes to a category is taken where it may be, and otherwise says why not', async () => {
  await using world = await createAdminWorld()
  await withTemplates(world)
  await world.db.execute(`update templates set accepted_category = 'UTILITY' where name = 'price_drop'`)
  const accept = async (name: string) =>
    world.call('POST', `/v1/templates/${await idOf(world, name)}/accept-category`)
  expect(await accept('price_drop')).toMatchObject({ status: 200, body: { acceptedCategory: 'MARKETING' } })
  expect(await accept('price_drop')).toMatchObject({ status: 409, body: { code: 'category_not_changed' } })
  expect(await accept('we_miss_you')).toMatchObject({
    status: 409,
    body: { code: 'category_not_allowed', detail: expect.stringContaining('WhatsApp Manager') },
  })
  await world.db.execute(`update templates set accepted_category = 'MARKETING'`)
  expect(await accept('order_confirmation')).toMatchObject({
    status: 200,
    body: { acceptedCategory: 'UTILITY' },
  })
  expect((await world.call('POST', '/v1/templates/4711/accept-category')).status).toBe(404)
})

test('what WhatsApp does not do is told as what it is', async () => {
  await using world = await createAdminWorld({
    templates: {
      unpause: async () => {
        throw new HubError('template_not_unpaused', 'Meta did not let the template go on: no', {
          advice: 'Wait.',
        })
      },
    },
  })
  await withTemplates(world)
  expect(await world.call('POST', '/v1/templates/sync')).toMatchObject({
    status: 503,
    body: { code: 'whatsapp_unavailable', detail: 'not connected' },
  })
  expect((await world.call('POST', '/v1/templates/create', {})).status).toBe(503)
  expect((await world.call('POST', '/v1/templates/create', { limit: 0 })).status).toBe(400)
  const unpause = await world.call('POST', `/v1/templates/${await idOf(world, 'price_drop__b')}/unpause`)
  expect(unpause).toMatchObject({ status: 409, body: { code: 'template_not_unpaused', detail: 'Wait.' } })
})
