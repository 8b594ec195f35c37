import { expect, test } from 'vitest'
import { templatesCommand } from '../../src/cli/template-commands.ts'
import { createMissingTemplates } from '../../src/outbox/create-templates.ts'
import { syncTemplates } from '../../src/outbox/sync-templates.ts'
import { loadShop } from '../../src/shops/shop-store.ts'
import { graphError } from '../connectors/meta/support/graph-server.ts'
import { createOutboxWorld, type OutboxWorld } from '../outbox/support/outbox-world.ts'

async function run(world: OutboxWorld, what?: string, publicUrl = 'https://hub.example'): Promise<string> {
  const lines: string[] = []
  const { db, deps, graph, shopId, wabaId } = world
  const account = { shopId, wabaId, wabaMetaId: 'waba-shop', hubUrl: publicUrl, language: 'es' }
  await templatesCommand(
    {
      db,
      shop: await loadShop(db, shopId),
      publicUrl,
      print: (line) => void lines.push(line),
      create: (definitions) => createMissingTemplates({ ...deps, api: graph.api }, account, definitions),
      sync: () => syncTemplates({ ...deps, api: graph.api }, account),
    },
    what,
  )
  return lines.join('\n')
}

test('hub templates shows each with its state, and which of them are out of date and what to do', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(
    `update templates set status = 'PAUSED', quality = 'RED' where name = 'price_drop' and language = 'fr'`,
  )
  const shown = await run(world)
  expect(shown).toMatch(/^price_drop +fr +PAUSED +MARKETING, quality RED$/m)
  expect(shown).toMatch(/^we_miss_you +ar +APPROVED +MARKETING$/m)
  expect(shown).not.toContain('template_outdated')
  const moved = await run(world, undefined, 'https://new.example')
  expect(moved).toContain('template_outdated: The template at Meta is not as this version would make it.')
  expect(moved).toContain('  price_drop fr: another link')
  expect(moved).toContain('https://new.example/r/{{1}}')
})

test('hub templates create says what was made, what was not and why', async () => {
  await using world = await createOutboxWorld()
  let left = 3
  world.graph.answer = ({ method, path }) => {
    if (path === '/app/uploads') return { body: { id: 'upload:1' } }
    if (path.startsWith('/upload:')) return { body: { h: '4::handle' } }
    if (method === 'GET') return { body: { data: [] } }
    return left-- > 0 ? { body: { id: '1', status: 'PENDING' } } : graphError(80008, 'too many')
  }
  const shown = await run(world, 'create')
  expect(shown).toContain('Templates made: 3.')
  expect(shown.match(/not made: .* too many/g)).toHaveLength(101)
  expect(shown).toContain('The same command makes those that are missing.')
})

test('hub templates sync reads them, and any other word is refused with what may be said', async () => {
  await using world = await createOutboxWorld()
  world.graph.answer = () => ({ body: { data: [] } })
  expect(await run(world, 'sync')).toBe('0 templates read.')
  await expect(run(world, 'make')).rejects.toThrow('Say "hub templates"')
})
