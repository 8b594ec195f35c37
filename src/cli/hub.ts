import { parseArgs } from 'node:util'
import { openToolbox, type Toolbox } from '../app-toolbox.ts'
import { explain } from '../app-explain.ts'
import { createMissingWebhooks, createTemplatesOfShop, syncTemplatesOfShop } from '../app-shop-setup.ts'
import { findCampaign, switchCampaign } from '../campaigns/campaign-store.ts'
import { continueUntilDone } from './follow-import.ts'
import { listDeadLetters } from '../intake/dead-letter-store.ts'
import { readInboxHealth } from '../intake/inbox-health.ts'
import { replayInbox } from '../intake/replay-inbox.ts'
import { loadTemplateDefinitions } from '../outbox/template-definitions.ts'
import { HubError } from '../platform/errors.ts'
import { startNumber } from '../shops/number-store.ts'
import { findShopByKey } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'

const usage = `hub: works on a running hub's database, or starts the embedded one for as long as it runs.

  hub status                   the inbox, campaigns, dead letters
  hub connect                  make the webhooks in the shop and the templates at WhatsApp, where missing
  hub campaign on|off          switch the back-in-stock campaign
  hub templates create|sync    make missing templates; read the state of all
  hub import                   read all products, variations, customers and orders from the shop, with progress
  hub dead-letters             what could not be handled, and why
  hub replay all | hub replay event ID… | hub replay delivery ID…
                               handle dead letters again
  hub number start             send from the number again after Meta had stopped it

  --shop KEY                   which shop (default: SHOP_ID)
`

type Command = (tools: Toolbox, shop: Shop, words: readonly string[]) => Promise<void>

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const commands: Record<string, Command> = {
  status: async (tools, shop) => {
    const campaign = await findCampaign(tools.db, shop.id, 'back_in_stock')
    print(`shop ${shop.key} (${shop.name}): back in stock is ${campaign?.isOn === true ? 'on' : 'off'}`)
    print(`inbox: ${JSON.stringify(await readInboxHealth(tools.db))}`)
  },
  connect: async (tools, shop) => {
    const made = await createMissingWebhooks(tools, shop, tools.config.publicUrl)
    print(made.length === 0 ? 'All webhooks were there.' : `Made the webhooks ${made.join(', ')}.`)
    await createTemplates(tools, shop)
  },
  campaign: async (tools, shop, [to]) => {
    if (to !== 'on' && to !== 'off') throw badUsage('Say "hub campaign on" or "hub campaign off".')
    const now = tools.clock.now()
    await tools.db.transaction((tx) =>
      switchCampaign(tx, shop.id, 'back_in_stock', { isOn: to === 'on', now }),
    )
    print(
      `Back in stock is ${to}.${to === 'on' ? ' What came back before this moment is not announced.' : ''}`,
    )
  },
  templates: async (tools, shop, [what]) => {
    if (what === 'create') return createTemplates(tools, shop)
    if (what !== 'sync') throw badUsage('Say "hub templates create" or "hub templates sync".')
    const result = await syncTemplatesOfShop(tools, shop.id)
    print(
      result.kind === 'synced'
        ? `${result.templates} templates read.`
        : `WhatsApp did not list them: ${JSON.stringify(result)}`,
    )
  },
  import: async (tools, shop) => continueUntilDone(tools.imports, shop, print),
  'dead-letters': async (tools) => {
    for (const letter of await listDeadLetters(tools.db)) print(JSON.stringify(letter))
  },
  replay: async (tools, _shop, [what, ...ids]) => {
    const choice = readChoice(what, ids)
    print(JSON.stringify(await replayInbox({ ...tools, wake: () => undefined }, choice, tools.clock.now())))
  },
  number: async (tools, shop, [what]) => {
    if (what !== 'start') throw badUsage('Say "hub number start".')
    await tools.db.transaction((tx) => startNumber(tx, shop.id, tools.clock.now()))
    print('The number sends again.')
  },
}

async function createTemplates(tools: Toolbox, shop: Shop): Promise<void> {
  const result = await createTemplatesOfShop(
    { ...tools, publicUrl: tools.config.publicUrl },
    shop.id,
    loadTemplateDefinitions(),
  )
  if (!('created' in result))
    throw new HubError('refused', `WhatsApp did not take the templates: ${JSON.stringify(result)}`)
  print(`Templates made: ${result.created.length}. Meta reviews them, mostly within minutes.`)
  for (const failed of result.failed)
    print(`  not made: ${failed.name} ${failed.language}: ${failed.details}`)
}

function readChoice(what: string | undefined, ids: readonly string[]): Parameters<typeof replayInbox>[1] {
  if (what === 'all') return { kind: 'all_dead' }
  const numbers = ids.map(Number)
  const areIds = numbers.length > 0 && numbers.every((id) => Number.isSafeInteger(id) && id > 0)
  if (what === 'event' && areIds) return { kind: 'ids', events: numbers, deliveries: [] }
  if (what === 'delivery' && areIds) return { kind: 'ids', events: [], deliveries: numbers }
  throw badUsage('Say "hub replay all", "hub replay event ID…" or "hub replay delivery ID…".')
}

function badUsage(message: string): HubError {
  return new HubError('bad_usage', message, { advice: 'hub --help lists the commands.' })
}

async function run(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { shop: { type: 'string' }, help: { type: 'boolean' } },
  })
  const [name, ...words] = positionals
  if (values.help === true || name === undefined) {
    print(usage)
    return
  }
  const command = commands[name]
  if (command === undefined) throw badUsage(`There is no command "${name}".`)
  const tools = await openToolbox()
  try {
    const key = values.shop ?? tools.config.shop.key
    const shop = await findShopByKey(tools.db, key)
    if (shop === undefined)
      throw new HubError('shop_missing', `There is no shop "${key}" yet.`, {
        advice: 'Start the hub once: npm start',
      })
    await command(tools, shop, words)
  } finally {
    await tools.close()
  }
}

run().catch((thrown: unknown) => {
  process.stderr.write(`${explain(thrown)}\n`)
  process.exitCode = 1
})
