import { describe, expect, test } from 'vitest'
import { createMissingTemplates } from '../../src/outbox/create-templates.ts'
import { syncTemplates } from '../../src/outbox/sync-templates.ts'
import { applyTemplateUpdate } from '../../src/outbox/template-updates.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { listTemplatesOfShop } from '../../src/outbox/template-store.ts'
import { parseWhatsAppDelivery } from '../../src/connectors/meta/parse-webhook.ts'
import { hasFixtures, readFixture } from '../connectors/meta/fixtures.ts'
import { graphError, type GraphAnswer, type GraphRequest } from '../connectors/meta/support/graph-server.ts'
import { createOutboxWorld, type OutboxWorld } from './support/outbox-world.ts'

interface Listed {
  name: string
  language: string
  status: string
}

/** Meta's side of template management: keeps what is made, refuses what exists. */
function keepTemplates(listed: Listed[]): (request: GraphRequest) => GraphAnswer {
  return ({ method, path, body }) => {
    if (path === '/app/uploads') return { body: { id: 'upload:1?sig=2' } }
    if (path.startsWith('/upload:')) return { body: { h: '4::handle' } }
    if (method === 'GET')
      return {
        body: {
          data: listed.map((one) => ({ id: `${one.name}-${one.language}`, category: 'MARKETING', ...one })),
        },
      }
    const made = body as Listed
    if (listed.some((one) => one.name === made.name && one.language === made.language))
      return graphError(100, 'exists')
    listed.push({ ...made, status: 'PENDING' })
    return { body: { id: `${made.name}-${made.language}`, status: 'PENDING', category: 'MARKETING' } }
  }
}

const accountOf = (world: OutboxWorld) => ({
  shopId: world.shopId,
  wabaId: world.wabaId,
  wabaMetaId: 'waba-shop',
  hubUrl: 'https://hub.example',
  language: 'de',
})

describe('creating templates', () => {
  test('makes what is missing, in every language, and a second time nothing', async () => {
    await using world = await createOutboxWorld()
    const listed: Listed[] = [{ name: 'back_in_stock', language: 'en', status: 'APPROVED' }]
    world.graph.answer = keepTemplates(listed)
    const deps = { ...world.deps, api: world.graph.api }
    const first = await createMissingTemplates(deps, accountOf(world), loadTemplateDefinitions())
    expect(first).toMatchObject({ failed: [] })
    expect((first as { created: unknown[] }).created).toHaveLength(103)
    expect(listed).toHaveLength(104)
    expect(await createMissingTemplates(deps, accountOf(world), loadTemplateDefinitions())).toMatchObject({
      created: [],
      failed: [],
    })
    const states = new Map(
      (await listTemplatesOfShop(world.db, world.shopId)).map((one) => [
        `${one.name} ${one.language}`,
        one.status,
      ]),
    )
    expect(states.get('back_in_stock en')).toBe('APPROVED')
    expect(states.get('back_in_stock de')).toBe('PENDING')
  })

  test('tells which ones Meta refused, and makes the others', async () => {
    await using world = await createOutboxWorld()
    const keep = keepTemplates([])
    world.graph.answer = (request) =>
      request.method === 'POST' && (request.body as Listed | undefined)?.language === 'es'
        ? graphError(2388299, 'parameters at the edge')
        : keep(request)
    const result = await createMissingTemplates(
      { ...world.deps, api: world.graph.api },
      accountOf(world),
      loadTemplateDefinitions(),
    )
    const { created, failed } = result as Exclude<typeof result, { kind: string }>
    expect(created).toHaveLength(91)
    expect(failed).toContainEqual({
      name: 'back_in_stock',
      language: 'es',
      code: 2388299,
      details: 'parameters at the edge',
    })
  })
})

describe('what an account has already', () => {
  const create = async (world: OutboxWorld) => {
    const deps = { ...world.deps, api: world.graph.api }
    const result = await createMissingTemplates(deps, accountOf(world), loadTemplateDefinitions())
    if (!('created' in result)) throw new Error('not listed')
    return result
  }

  test('is told apart from what this version makes: by its link, by its words, or not at all', async () => {
    await using world = await createOutboxWorld()
    const listed: Listed[] = []
    world.graph.answer = keepTemplates(listed)
    expect((await create(world)).outdated).toEqual([])
    expect((await create(world)).outdated).toEqual([])
    const edit = (name: string, language: string, from: string, to: string) => {
      const at = listed.findIndex((one) => one.name === name && one.language === language)
      listed[at] = JSON.parse(JSON.stringify(listed[at]).replace(from, to)) as Listed
    }
    edit('back_in_stock', 'es', 'https://hub.example/r/{{1}}', 'https://shop.example/{{1}}')
    edit('price_drop', 'ar', 'مرحبًا', 'أهلًا')
    expect((await create(world)).outdated).toEqual([
      { name: 'back_in_stock', language: 'es', differs: 'link' },
      { name: 'price_drop', language: 'ar', differs: 'text' },
    ])
  })

  test('grows by the shop’s own language first; a limit of Meta’s ends the round, and the next goes on', async () => {
    await using world = await createOutboxWorld()
    const listed: Listed[] = []
    const keep = keepTemplates(listed)
    let left = 20
    const uploads: string[] = []
    world.graph.answer = (request) => {
      if (request.path === '/app/uploads') uploads.push(request.path)
      const isNew = request.method === 'POST' && request.path.endsWith('/message_templates')
      return isNew && left-- <= 0 ? graphError(80008, 'too many new templates') : keep(request)
    }
    const first = await create(world)
    expect(first.created.slice(0, 13).map(({ language }) => language)).toEqual(Array(13).fill('de'))
    expect(first.created.slice(13).map(({ language }) => language)).toEqual(Array(7).fill('en'))
    expect(first.left).toHaveLength(84)
    expect(first.stopped).toMatchObject({ code: 80008, details: 'too many new templates' })
    // One call found the limit; nobody knocks 83 times more.
    expect(left).toBe(-1)
    expect(uploads).toHaveLength(1)
    left = 1_000
    expect((await create(world)).created).toHaveLength(84)
  })
})

describe('the state of templates', () => {
  test('follows Meta’s list; what is no longer listed is deleted', async () => {
    await using world = await createOutboxWorld()
    world.graph.answer = keepTemplates([{ name: 'back_in_stock', language: 'en', status: 'PAUSED' }])
    expect(await syncTemplates({ ...world.deps, api: world.graph.api }, accountOf(world))).toEqual({
      kind: 'synced',
      templates: 1,
    })
    const templates = await listTemplatesOfShop(world.db, world.shopId)
    expect(
      templates.filter((one) => one.status === 'PAUSED').map((one) => `${one.name} ${one.language}`),
    ).toEqual(['back_in_stock en'])
    expect(new Set(templates.filter((one) => one.language !== 'en').map((one) => one.status))).toEqual(
      new Set(['DELETED']),
    )
  })

  test('stays as it is when Meta does not answer', async () => {
    await using world = await createOutboxWorld()
    world.graph.answer = () => graphError(80007)
    expect(await syncTemplates({ ...world.deps, api: world.graph.api }, accountOf(world))).toMatchObject({
      kind: 'refused',
      code: 80007,
    })
    const templates = await listTemplatesOfShop(world.db, world.shopId)
    expect(new Set(templates.map((one) => one.status))).toEqual(new Set(['APPROVED']))
  })

  const tell = async (world: OutboxWorld, value: object, wabaId = 'waba-shop'): Promise<boolean> => {
    const update = { origin: { wabaId, phoneNumberId: undefined }, value }
    return world.db.transaction((tx) =>
      applyTemplateUpdate(tx, {}, { shopId: world.shopId, update }, world.clock.now()),
    )
  }
  const about = { message_template_name: 'back_in_stock', message_template_language: 'pt-BR' }

  test.each([
    [
      { event: 'PAUSED', reason: 'NONE' },
      { status: 'PAUSED', reason: null },
    ],
    [
      { event: 'REJECTED', reason: 'PROMOTIONAL' },
      { status: 'REJECTED', reason: 'PROMOTIONAL' },
    ],
    [{ event: 'REINSTATED' }, { status: 'APPROVED' }],
    [{ event: 'FLAGGED' }, { status: 'FLAGGED' }],
    [{ event: 'LOCKED' }, { status: 'APPROVED' }],
    [{ event: 'LOCKED', other_info: { title: 'FIRST_PAUSE' } }, { status: 'PAUSED' }],
    [{ event: 'ARCHIVED' }, { status: 'ARCHIVED' }],
    [{ event: 'UNARCHIVED' }, { status: 'APPROVED' }],
    [{ event: 'PENDING_DELETION' }, { status: 'PENDING_DELETION' }],
    [{ event: 'DELETED' }, { status: 'DELETED' }],
    [{ event: 'SOMETHING_NEW' }, { status: 'APPROVED' }],
    [{ new_quality_score: 'RED' }, { status: 'APPROVED', quality: 'RED' }],
    [{ new_category: 'UTILITY' }, { category: 'UTILITY', status: 'APPROVED' }],
  ])('hears of %o by webhook', async (value, expected) => {
    await using world = await createOutboxWorld()
    expect(await tell(world, { ...about, ...value })).toBe(true)
    const templates = await listTemplatesOfShop(world.db, world.shopId)
    expect(templates.find((one) => one.name === 'back_in_stock' && one.language === 'pt_BR')).toMatchObject(
      expected,
    )
    const others = templates.filter((one) => one.name !== 'back_in_stock' || one.language !== 'pt_BR')
    expect(
      new Set(others.map(({ status, quality, category }) => `${status} ${quality ?? '-'} ${category}`)),
    ).toEqual(new Set(['APPROVED - MARKETING']))
  })

  test('is not moved by news about other accounts, unknown templates or without a name', async () => {
    await using world = await createOutboxWorld()
    expect(await tell(world, { ...about, event: 'PAUSED' }, 'waba-other')).toBe(false)
    expect(await tell(world, { ...about, message_template_name: 'other', event: 'PAUSED' })).toBe(false)
    expect(await tell(world, { event: 'PAUSED' })).toBe(false)
  })

  test.skipIf(!hasFixtures)('reads Meta’s documented webhook', async () => {
    await using world = await createOutboxWorld()
    await world.db.execute(`update templates set name = 'abandoned_cart' where name = 'back_in_stock'`)
    await world.db.execute(`update meta_wabas set meta_id = '102290129340398'`)
    // Meta's example is from another year.
    await world.db.execute(`update templates set status_at = null`)
    const parsed = parseWhatsAppDelivery(
      readFixture('message_template_status_update.rejected'),
      world.clock.now(),
    )
    const [update] = parsed.kind === 'parsed' ? parsed.updates : []
    if (update?.kind !== 'field') throw new Error('not a field update')
    expect(
      await world.db.transaction((tx) =>
        applyTemplateUpdate(tx, {}, { shopId: world.shopId, update }, world.clock.now()),
      ),
    ).toBe(true)
    const templates = await listTemplatesOfShop(world.db, world.shopId)
    expect(templates.find((one) => one.status === 'REJECTED')).toMatchObject({
      name: 'abandoned_cart',
      language: 'en',
      reason: 'INVALID_FORMAT',
      statusDetails: { recommendation: expect.stringContaining('Separate parameters') },
    })
  })
})
