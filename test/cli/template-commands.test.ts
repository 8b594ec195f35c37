import { expect, test } from 'vitest'
import { templatesCommand } from '../../src/cli/template-commands.ts'
import { createMissingTemplates } from '../../src/outbox/create-templates.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { syncTemplates } from '../../src/outbox/sync-templates.ts'
import { unpauseTemplate } from '../../src/outbox/unpause-template.ts'
import { loadShop } from '../../src/shops/shop-store.ts'
import { graphError } from '../connectors/meta/support/graph-server.ts'
import { createOutboxWorld, type OutboxWorld } from '../outbox/support/outbox-world.ts'

async function run(
  world: OutboxWorld,
  words: readonly string[] = [],
  publicUrl = 'https://hub.example',
): Promise<string> {
  const lines: string[] = []
  const { db, deps, graph, shopId, wabaId } = world
  const definitions = loadTemplateDefinitions()
  const account = { shopId, wabaId, wabaMetaId: 'waba-shop', hubUrl: publicUrl, language: 'es' }
  await templatesCommand(
    {
      db,
      clock: world.clock,
      definitions,
      shop: await loadShop(db, shopId),
      publicUrl,
      print: (line) => void lines.push(line),
      create: (options) => createMissingTemplates({ ...deps, api: graph.api }, account, definitions, options),
      sync: () => syncTemplates({ ...deps, api: graph.api }, account),
      unpause: (templateId) =>
        unpauseTemplate(
          { ...deps, api: graph.api },
          { shopId, templateId },
          { name: 'cli', now: world.clock.now() },
        ),
    },
    words,
  )
  return lines.join('\n')
}

test('hub templates shows each with its state, and which of them are out of date and what to do', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(
    `update templates set status = 'PAUSED', quality = 'RED' where name = 'price_drop' and language = 'fr'`,
  )
  const shown = await run(world)
  expect(shown).toMatch(/^price_drop +fr +PAUSED +MARKETING, quality RED, template_paused$/m)
  expect(shown).toMatch(/^we_miss_you +ar +APPROVED +MARKETING$/m)
  expect(shown).not.toContain('template_outdated')
  const moved = await run(world, [], 'https://new.example')
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
  const shown = await run(world, ['create'])
  expect(shown).toContain('Templates made: 3.')
  expect(shown).toContain('stopped at back_in_stock_several es: too many')
  expect(shown).toContain('101 are left: the hub goes on by itself')
  expect(await run(world)).toMatch(/^we_miss_you +ar +NOT_MADE +MARKETING, template_pending$/m)
})

test('hub templates sync reads them, and any other word is refused with what may be said', async () => {
  await using world = await createOutboxWorld()
  world.graph.answer = () => ({ body: { data: [] } })
  expect(await run(world, ['sync'])).toBe('0 templates read.')
  for (const words of [['make'], ['create', 'price_drop'], ['sync', 'price_drop']])
    await expect(run(world, words)).rejects.toThrow('Say "hub templates"')
})

test('hub templates sync fails in words where WhatsApp refuses or does not answer', async () => {
  await using world = await createOutboxWorld()
  world.graph.answer = () => graphError(190, 'The session has expired')
  await expect(run(world, ['sync'])).rejects.toThrow(
    'WhatsApp did not list the templates: The session has expired (code 190)',
  )
  world.graph.answer = () => 'cut'
  await expect(run(world, ['create'])).rejects.toThrow(/^WhatsApp did not take the templates: [^{]+$/)
})

test('hub templates unpause asks WhatsApp for every language that is paused', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(
    `update templates set status = 'PAUSED' where name = 'price_drop' and language in ('fr', 'es')`,
  )
  world.graph.answer = () => ({ body: { success: true } })
  expect(await run(world, ['unpause', 'price_drop'])).toBe('price_drop es goes on.\nprice_drop fr goes on.')
  expect(world.graph.requests.map(({ path }) => path)).toEqual([
    '/price_drop-es/unpause',
    '/price_drop-fr/unpause',
  ])
  expect(await run(world, ['unpause', 'price_drop', 'de'])).toContain('price_drop de is APPROVED, MARKETING')
  await expect(run(world, ['unpause', 'price_dorp'])).rejects.toThrow('no template price_dorp')
  await expect(run(world, ['unpause'])).rejects.toThrow('hub templates unpause NAME')
})

test('hub templates accept says yes where campaigns may go on, and otherwise why they may not', async () => {
  await using world = await createOutboxWorld()
  await world.db.execute(
    `update templates set accepted_category = 'UTILITY' where name = 'price_drop' and language = 'fr'`,
  )
  await world.db.execute(
    `update templates set category = 'UTILITY' where name = 'we_miss_you' and language = 'fr'`,
  )
  expect(await run(world)).toMatch(/^price_drop +fr +APPROVED +MARKETING, category_changed$/m)
  expect(await run(world, ['accept', 'price_drop'])).toBe('price_drop fr goes on as MARKETING.')
  expect(await run(world)).toMatch(/^price_drop +fr +APPROVED +MARKETING$/m)
  await expect(run(world, ['accept', 'we_miss_you', 'fr'])).rejects.toThrow('Campaigns never go as UTILITY')
})
