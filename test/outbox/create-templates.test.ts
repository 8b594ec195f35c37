import { describe, expect, test } from 'vitest'
import { tendTemplatesOfShop } from '../../src/app-templates.ts'
import { createMissingTemplates, type CreateResult } from '../../src/outbox/create-templates.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { listTemplatesOfShop } from '../../src/outbox/template-store.ts'
import { titleOf } from '../../src/outbox/template.ts'
import { graphError, type GraphAnswer, type GraphRequest } from '../connectors/meta/support/graph-server.ts'
import { createOutboxWorld, enqueue, load, type OutboxWorld } from './support/outbox-world.ts'
import { sendDue } from '../../src/outbox/sender.ts'

const definitions = loadTemplateDefinitions()
const all = 13 * 8

interface Listed {
  name: string
  language: string
}

/** Meta's side: keeps what is made and refuses what exists; `before` may answer instead. */
function playMeta(
  world: OutboxWorld,
  listed: Listed[],
  before: (template: Listed) => GraphAnswer | 'keep and cut' | undefined = () => undefined,
): void {
  world.graph.answer = ({ method, path, body }: GraphRequest): GraphAnswer => {
    if (path === '/app/uploads') return { body: { id: 'upload:1?sig=2' } }
    if (path.startsWith('/upload:')) return { body: { h: '4::handle' } }
    if (method === 'GET')
      return {
        body: {
          data: listed.map((one) => ({ id: titleOf(one), category: 'MARKETING', status: 'PENDING', ...one })),
        },
      }
    const made = body as Listed
    const instead = before(made)
    if (instead !== undefined && instead !== 'keep and cut') return instead
    if (listed.some((one) => titleOf(one) === titleOf(made))) return graphError(100, 'exists')
    listed.push({ name: made.name, language: made.language })
    return instead === 'keep and cut'
      ? 'cut'
      : { body: { id: titleOf(made), status: 'PENDING', category: 'MARKETING' } }
  }
}

async function emptyWorld(): Promise<OutboxWorld> {
  const world = await createOutboxWorld()
  await world.db.execute(`delete from templates`)
  return world
}

async function create(world: OutboxWorld, limit?: number): Promise<CreateResult> {
  const { shopId, wabaId } = world
  const account = { shopId, wabaId, wabaMetaId: 'waba-shop', hubUrl: 'https://hub.example', language: 'de' }
  const deps = { ...world.deps, api: world.graph.api }
  const result = await createMissingTemplates(
    deps,
    account,
    definitions,
    limit === undefined ? {} : { limit },
  )
  if (!('created' in result)) throw new Error(JSON.stringify(result))
  return result
}

const made = (world: OutboxWorld): number =>
  world.graph.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/message_templates'))
    .length

const statuses = async (world: OutboxWorld): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { status } of await listTemplatesOfShop(world.db, world.shopId))
    counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('making templates', () => {
  test('one whose answer was lost is found, and not made twice', async () => {
    await using world = await emptyWorld()
    const listed: Listed[] = []
    playMeta(world, listed, ({ name, language }) =>
      name === 'price_drop' && language === 'de' ? 'keep and cut' : undefined,
    )
    const result = await create(world)
    expect(result).toMatchObject({ failed: [], left: [], stopped: null })
    expect(result.created).toHaveLength(all)
    expect(made(world)).toBe(all)
    expect(await statuses(world)).toEqual({ PENDING: all })
  })

  test('one that somebody else makes at the same moment exists, and that is all that matters', async () => {
    await using world = await emptyWorld()
    const listed: Listed[] = []
    playMeta(world, listed, (template) => {
      if (template.name === 'price_drop' && template.language === 'de') listed.push(template)
      return undefined
    })
    expect(await create(world)).toMatchObject({ failed: [], left: [] })
    expect(listed).toHaveLength(all)
  })

  test('one that Meta refuses is told with Meta’s words, and costs no other', async () => {
    await using world = await emptyWorld()
    playMeta(world, [], ({ name, language }) =>
      name === 'price_drop' && language === 'de' ? graphError(100, 'parameters at the edge') : undefined,
    )
    const result = await create(world)
    expect(result.failed).toEqual([
      { name: 'price_drop', language: 'de', code: 100, details: 'parameters at the edge' },
    ])
    expect(result.created).toHaveLength(all - 1)
    expect(await statuses(world)).toEqual({ PENDING: all - 1 })
  })

  test.each([80007, 80008, 4, 190])(
    'ends its round at the first %i, and the hub goes on with what is left by itself',
    async (code) => {
      await using world = await emptyWorld()
      const listed: Listed[] = []
      let room = 20
      playMeta(world, listed, () => (room-- > 0 ? undefined : graphError(code, 'later')))
      const result = await create(world)
      expect(result).toMatchObject({ failed: [], stopped: { code, details: 'later' } })
      expect([result.created.length, result.left.length, made(world)]).toEqual([20, all - 20, 21])
      expect(await statuses(world)).toEqual({ PENDING: 20, NOT_MADE: all - 20 })
      room = 1_000
      const deps = {
        ...world.deps,
        definitions,
        publicUrl: 'https://hub.example',
        connections: { cloudApiOf: async () => world.graph.api } as never,
      }
      expect(await tendTemplatesOfShop(deps, world.shopId)).toBeUndefined()
      expect(await statuses(world)).toEqual({ PENDING: all })
      const before = made(world)
      expect(await tendTemplatesOfShop(deps, world.shopId)).toBeUndefined()
      expect(made(world)).toBe(before)
    },
  )

  test('does not knock a hundred times at a door that nobody opens', async () => {
    await using world = await emptyWorld()
    playMeta(world, [], () => 'cut')
    const result = await create(world)
    expect(made(world)).toBe(3)
    expect(result).toMatchObject({ created: [], failed: [] })
    expect(result.left).toHaveLength(all)
  })

  test('goes some at a time where it is asked to', async () => {
    await using world = await emptyWorld()
    playMeta(world, [])
    const sizes: number[] = []
    for (let left = all; left > 0;) {
      const result = await create(world, 40)
      sizes.push(result.created.length)
      left = result.left.length
    }
    expect(sizes).toEqual([40, 40, 24])
  })

  test('what waits for a template that is still to be made says so', async () => {
    await using world = await emptyWorld()
    playMeta(world, [], () => graphError(80008, 'later'))
    await create(world)
    const id = await enqueue(world, { purpose: 'campaign' })
    await sendDue(world.deps)
    expect(await load(world, id)).toMatchObject({ state: 'waiting', reason: 'template_pending' })
  })
})
