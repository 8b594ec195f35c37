import { expect, test } from 'vitest'
import { acceptCategory } from '../../src/outbox/accept-category.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import { stopTemplateOfMessage } from '../../src/outbox/stop-template.ts'
import { syncTemplates } from '../../src/outbox/sync-templates.ts'
import { applyTemplateUpdate } from '../../src/outbox/template-updates.ts'
import { listTemplatesOfShop } from '../../src/outbox/template-store.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { unpauseTemplate } from '../../src/outbox/unpause-template.ts'
import { graphError } from '../connectors/meta/support/graph-server.ts'
import {
  acceptAll,
  after,
  createOutboxWorld,
  enqueue,
  hour,
  load,
  minute,
  sentTo,
  templateContent,
  type OutboxWorld,
} from './support/outbox-world.ts'

const about = { message_template_name: 'back_in_stock', message_template_language: 'en' }

/** A webhook of this moment; answers the lanes that were woken. */
async function hears(world: OutboxWorld, value: object): Promise<string[]> {
  const woken: string[] = []
  const update = {
    origin: { wabaId: 'waba-shop', phoneNumberId: undefined },
    value: { ...about, ...value },
    at: world.clock.now(),
  }
  await world.db.transaction((tx) =>
    applyTemplateUpdate(
      tx,
      { wake: (lane) => void woken.push(lane) },
      { shopId: world.shopId, update },
      world.clock.now(),
    ),
  )
  return woken
}

const notices = (world: OutboxWorld) =>
  world.db.query<{ code: string; subject: string; isOpen: boolean }>(
    `select code, subject, resolved_at is null as is_open from notices order by id`,
  )

const templateOf = async (world: OutboxWorld, language = 'en') =>
  (await listTemplatesOfShop(world.db, world.shopId)).find(
    (one) => one.name === 'back_in_stock' && one.language === language,
  )!

test('what waits for a paused template goes as soon as a webhook says that it may', async () => {
  await using world = await createOutboxWorld()
  const id = await enqueue(world, { purpose: 'campaign' })
  await hears(world, { event: 'PAUSED', other_info: { title: 'FIRST_PAUSE', description: 'Quality.' } })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({
    state: 'waiting',
    reason: 'template_paused',
    dueAt: after(15 * minute),
    countedAt: after(15 * minute),
  })
  expect(await notices(world)).toEqual([
    { code: 'template_stopped', subject: 'back_in_stock en', isOpen: true },
  ])
  world.clock.advance(minute)
  expect(await sendDue(world.deps)).toBe(0)
  expect(await hears(world, { event: 'APPROVED', other_info: { title: 'UNPAUSE' } })).toEqual(['outbox.send'])
  expect(await load(world, id)).toMatchObject({ dueAt: after(minute), countedAt: after(minute) })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted', reason: null, attempt: 1 })
  expect(await notices(world)).toMatchObject([{ code: 'template_stopped', isOpen: false }])
})

test('the hourly sync lets it go too, and a webhook that comes hours late does not stop it again', async () => {
  await using world = await createOutboxWorld()
  const paused = { ...about, event: 'PAUSED' }
  const pausedAt = world.clock.now()
  await hears(world, paused)
  const id = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  world.clock.advance(10 * minute)
  const template = await templateOf(world)
  world.graph.answer = (request, nth) =>
    request.method === 'GET'
      ? {
          body: {
            data: [
              {
                id: '7',
                name: template.name,
                language: template.language,
                category: 'MARKETING',
                status: 'APPROVED',
                parameter_format: 'NAMED',
                components: template.components,
              },
            ],
          },
        }
      : acceptAll()(request, nth)
  const woken: string[] = []
  const deps = { ...world.deps, api: world.graph.api, wake: (lane: string) => void woken.push(lane) }
  await syncTemplates(deps, { shopId: world.shopId, wabaId: world.wabaId, wabaMetaId: 'waba-shop' })
  expect(woken).toEqual(['outbox.send'])
  const update = { origin: { wabaId: 'waba-shop', phoneNumberId: undefined }, value: paused, at: pausedAt }
  await world.db.transaction((tx) =>
    applyTemplateUpdate(tx, {}, { shopId: world.shopId, update }, world.clock.now()),
  )
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
})

test('what is not mended in time expires', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { event: 'DISABLED' })
  const id = await enqueue(world, { purpose: 'campaign', expiresAt: after(hour) })
  for (let looks = 0; looks < 5; looks++) {
    await sendDue(world.deps)
    world.clock.advance(15 * minute)
  }
  expect(await load(world, id)).toMatchObject({ state: 'expired', countedAt: null })
  expect(sentTo(world.graph)).toEqual([])
})

test('another language carries it meanwhile', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { event: 'REJECTED', reason: 'PROMOTIONAL' })
  const content = { ...templateContent, languages: ['en', 'es'] }
  const id = await enqueue(world, { purpose: 'campaign', content })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted', templateLanguage: 'es' })
})

test('a message that Meta refused because of its template goes by another language, or when the template is back', async () => {
  await using world = await createOutboxWorld()
  world.graph.answer = (_, nth) => (nth <= 1 ? graphError(132015) : acceptAll()(_, nth))
  const content = { ...templateContent, languages: ['en', 'es'] }
  const id = await enqueue(world, { purpose: 'campaign', content })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', reason: 'template_paused', attempt: 2 })
  world.clock.advance(2 * minute)
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted', templateLanguage: 'es' })
})

test('a late refusal from before the template was unpaused does not stop it again', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { event: 'PAUSED' })
  world.clock.advance(3 * hour)
  await hears(world, { event: 'APPROVED' })
  const id = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  const stop = { status: 'PAUSED', reason: 'error 132015', now: world.clock.now() }
  await world.db.transaction((tx) => stopTemplateOfMessage(tx, { id, failedAt: after(minute) }, stop))
  expect((await templateOf(world)).status).toBe('APPROVED')
  const later = { id, failedAt: after(4 * hour) }
  await world.db.transaction((tx) => stopTemplateOfMessage(tx, later, stop))
  expect((await templateOf(world)).status).toBe('PAUSED')
})

test('news that come twice tell the merchant once', async () => {
  await using world = await createOutboxWorld()
  for (let times = 0; times < 3; times++) await hears(world, { event: 'PAUSED' })
  expect(await notices(world)).toHaveLength(1)
  expect(await world.db.query(`select times from notices`)).toEqual([{ times: 1 }])
})

test('a template that was moved to another category waits, and goes on when it is moved back', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { previous_category: 'MARKETING', new_category: 'UTILITY' })
  const id = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', reason: 'category_changed' })
  expect(await notices(world)).toMatchObject([{ code: 'template_category_changed', isOpen: true }])
  world.clock.advance(minute)
  await hears(world, { previous_category: 'UTILITY', new_category: 'MARKETING' })
  expect(await notices(world)).toMatchObject([{ isOpen: false }])
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
})

const by = (world: OutboxWorld) => ({ name: 'api', now: world.clock.now() })

test('a merchant’s yes lets campaigns go on as marketing, and never as anything else', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(`update templates set category = 'UTILITY', accepted_category = 'UTILITY'`)
  await hears(world, { new_category: 'MARKETING' })
  const id = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', reason: 'category_changed' })
  const deps = { definitions: loadTemplateDefinitions() }
  const which = { shopId: world.shopId, templateId: (await templateOf(world)).id }
  await world.db.transaction((tx) => acceptCategory(tx, deps, which, by(world)))
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  expect(await world.db.query(`select action, subject, before, after from audit_log`)).toEqual([
    {
      action: 'template.category_accepted',
      subject: 'template:back_in_stock en',
      before: { category: 'UTILITY' },
      after: { category: 'MARKETING' },
    },
  ])
  world.clock.advance(minute)
  await hears(world, { new_category: 'UTILITY' })
  const accept = () => world.db.transaction((tx) => acceptCategory(tx, deps, which, by(world)))
  await expect(accept()).rejects.toThrow('Campaigns never go as UTILITY')
})

test('a category that Meta announces is told a day ahead and changes nothing yet', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { correct_category: 'UTILITY', new_category: 'MARKETING' })
  expect(await world.db.query(`select code, details from notices`)).toEqual([
    {
      code: 'template_category_changed',
      details: { category: 'MARKETING', before: 'MARKETING', coming: 'UTILITY' },
    },
  ])
  const id = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
})

test('a template that Meta approved in another category than asked for is told and not used', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(`delete from templates`)
  world.graph.answer = () => ({
    body: {
      data: [
        { id: '1', name: 'back_in_stock', language: 'en', category: 'UTILITY', status: 'APPROVED' },
        { id: '2', name: 'order_confirmation', language: 'en', category: 'UTILITY', status: 'APPROVED' },
      ],
    },
  })
  const deps = { ...world.deps, api: world.graph.api, definitions: loadTemplateDefinitions() }
  await syncTemplates(deps, { shopId: world.shopId, wabaId: world.wabaId, wabaMetaId: 'waba-shop' })
  expect(await notices(world)).toEqual([
    { code: 'template_category_changed', subject: 'back_in_stock en', isOpen: true },
  ])
})

test('Meta is asked to let a paused template go on, and its words are told when it does not', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { event: 'PAUSED', other_info: { title: 'RATE_LIMITING_PAUSE' } })
  const which = { shopId: world.shopId, templateId: (await templateOf(world)).id }
  const unpause = () => unpauseTemplate({ ...world.deps, api: world.graph.api }, which, by(world))
  world.graph.answer = () => ({ body: { success: false, reason: 'not paused by pacing' } })
  await expect(unpause()).rejects.toThrow('not paused by pacing')
  world.graph.answer = () => 'cut'
  await expect(unpause()).rejects.toThrow('Meta did not let the template go on')
  expect(await world.db.query(`select 1 from audit_log`)).toEqual([])
  world.graph.answer = () => ({ body: { success: true } })
  await unpause()
  expect(world.graph.requests.at(-1)).toMatchObject({ method: 'POST', path: '/back_in_stock-en/unpause' })
  expect(await world.db.query(`select action from audit_log`)).toEqual([{ action: 'template.unpaused' }])
})

test('a flagged template waits for people to calm down, or for the merchant', async () => {
  await using world = await createOutboxWorld()
  await hears(world, { event: 'FLAGGED' })
  const id = await enqueue(world, { purpose: 'campaign' })
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'waiting', reason: 'template_flagged' })
  const which = { shopId: world.shopId, templateId: (await templateOf(world)).id }
  await unpauseTemplate({ ...world.deps, api: world.graph.api }, which, by(world))
  expect(world.graph.requests).toEqual([])
  await sendDue(world.deps)
  expect(await load(world, id)).toMatchObject({ state: 'accepted' })
  await expect(unpauseTemplate({ ...world.deps, api: world.graph.api }, which, by(world))).rejects.toThrow(
    'is APPROVED',
  )
})
