import { parseArgs } from 'node:util'
import { openToolbox, type Toolbox } from '../app-toolbox.ts'
import { explain } from '../app-explain.ts'
import { createMissingWebhooks } from '../app-shop-setup.ts'
import { createTemplatesOfShop, syncTemplatesOfShop, unpauseTemplateOfShop } from '../app-templates.ts'
import { campaignCommand, campaignsCommand } from './campaign-commands.ts'
import { badUsage, type CommandDeps } from './command.ts'
import { continueUntilDone } from './follow-import.ts'
import { reportCommand, reportOptions, type ReportOptions } from './report.ts'
import { previewCommand } from './preview-command.ts'
import { replayCommand, replayOptions, type ReplayOptions } from './replay-command.ts'
import { runCommand, runsCommand } from './run-commands.ts'
import { goCommand, numberCommand, sendingCommand, stopCommand } from './sending-commands.ts'
import { auditCommand, settingsCommand } from './settings-commands.ts'
import { createTemplates, templatesCommand } from './template-commands.ts'
import { listDeadLetters } from '../intake/dead-letter-store.ts'
import { readInboxHealth } from '../intake/inbox-health.ts'
import { replayInbox } from '../intake/replay-inbox.ts'
import { loadTemplateDefinitions } from '../outbox/template-definitions.ts'
import { HubError } from '../platform/errors.ts'
import { systemRandom } from '../platform/random.ts'
import { findShopByKey } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'

const usage = `hub: works on a running hub's database, or starts the embedded one for as long as it runs.

  hub status                   the inbox, campaigns, dead letters
  hub connect                  make the webhooks in the shop and the templates at WhatsApp, where missing
  hub campaigns                which are on, and what they still need
  hub campaign show KIND       the rules of one, with their defaults
  hub campaign set KIND key=value …
                               change its rules: thresholdBps=1500 audience.include.countries=PT,ES holdoutBps=500
                               variants=a:70,b:30; "default" goes back to the default
  hub campaign on|off KIND     switch it; what happened before it was switched on is not announced
  hub campaign preview KIND    who would get what now, who would not and why, and what it would cost; changes nothing
  hub replay-campaigns [--days 90] [--set caps.campaignEveryDays=10 --set price_drop.thresholdBps=2000 …]
                               the last days decided again under other settings, beside what happened; changes nothing
  hub runs [--held]            what the campaigns are working through; what waits for a yes
  hub run approve ID|all | hub run refuse ID
                               say yes or no to what is held
  hub settings [show]          the rules of the shop, with their defaults
  hub settings set key=value … change them: caps.campaignEveryDays=10 shop.timeZone=Europe/Lisbon
  hub audit                    who changed what, and when
  hub report [--from DAY --to DAY --campaign KIND --by campaign|variant|day --csv]
                               what campaigns did and earned; the last 30 days
  hub templates [create|sync]  the state of all, and what is out of date; make missing ones; ask WhatsApp again
  hub templates unpause NAME [LANGUAGE]
                               ask WhatsApp to let a paused template go on
  hub templates accept NAME [LANGUAGE]
                               say yes to the category that Meta has moved it to
  hub import                   read all products, variations, customers and orders from the shop, with progress
  hub dead-letters             what could not be handled, and why
  hub replay all | hub replay event ID… | hub replay delivery ID…
                               handle dead letters again
  hub sending                  what is sent and what is not, and why: switches, numbers, limits, budgets, what waits
  hub stop [CAMPAIGN …]        the kill switch: nothing more is sent, replies included, or nothing of these campaigns; what waits keeps waiting
  hub go [CAMPAIGN …]          it goes on, also after a campaign has stopped by itself
  hub number start [NUMBER]    send from the number, or from all of the shop, again after Meta had stopped or restricted it

  --shop KEY                   which shop (default: SHOP_ID)
`

interface Options extends ReportOptions, ReplayOptions {
  held: boolean
}

type Command = (tools: Toolbox, shop: Shop, words: readonly string[], options: Options) => Promise<void>

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const commands: Record<string, Command> = {
  status: async (tools, shop) => {
    print(`shop ${shop.key} (${shop.name})`)
    await campaignsCommand(toDeps(tools, shop))
    print(`inbox: ${JSON.stringify(await readInboxHealth(tools.db))}`)
  },
  connect: async (tools, shop) => {
    const made = await createMissingWebhooks(tools, shop, tools.config.publicUrl)
    print(made.length === 0 ? 'All webhooks were there.' : `Made the webhooks ${made.join(', ')}.`)
    await createTemplates(toTemplateDeps(tools, shop))
  },
  campaigns: (tools, shop) => campaignsCommand(toDeps(tools, shop)),
  campaign: (tools, shop, words) =>
    words[0] === 'preview'
      ? previewCommand({ ...toDeps(tools, shop), random: systemRandom, log: tools.log }, words.slice(1))
      : campaignCommand(toDeps(tools, shop), words),
  runs: (tools, shop, _words, { held }) => runsCommand(toDeps(tools, shop), held),
  'replay-campaigns': (tools, shop, _words, options) =>
    replayCommand({ ...toDeps(tools, shop), random: systemRandom, log: tools.log }, options),
  run: (tools, shop, words) => runCommand(toDeps(tools, shop), words),
  settings: (tools, shop, words) => settingsCommand(toDeps(tools, shop), words),
  audit: (tools, shop) => auditCommand(toDeps(tools, shop)),
  report: (tools, shop, _words, options) => reportCommand(toDeps(tools, shop), options),
  templates: (tools, shop, words) => templatesCommand(toTemplateDeps(tools, shop), words),
  import: async (tools, shop) => continueUntilDone(tools.imports, shop, print),
  'dead-letters': async (tools) => {
    for (const letter of await listDeadLetters(tools.db)) print(JSON.stringify(letter))
  },
  replay: async (tools, _shop, [what, ...ids]) => {
    const choice = readChoice(what, ids)
    print(JSON.stringify(await replayInbox({ ...tools, wake: () => undefined }, choice, tools.clock.now())))
  },
  stop: (tools, shop, words) => stopCommand(toDeps(tools, shop), words),
  go: (tools, shop, words) => goCommand(toDeps(tools, shop), words),
  sending: (tools, shop) => sendingCommand(toDeps(tools, shop)),
  number: (tools, shop, words) => numberCommand(toDeps(tools, shop), words),
}

// The sandbox's WhatsApp reaches the hub on this machine.
function toTemplateDeps(tools: Toolbox, shop: Shop): Parameters<typeof templatesCommand>[0] {
  const { config, db } = tools
  const publicUrl = config.sandbox ? `http://127.0.0.1:${config.port}` : config.publicUrl
  const definitions = loadTemplateDefinitions()
  const deps = { ...tools, definitions, publicUrl, graphUrl: config.graph.url }
  return {
    db,
    clock: tools.clock,
    shop,
    publicUrl,
    definitions,
    print,
    create: (options) => createTemplatesOfShop(deps, shop.id, options),
    sync: () => syncTemplatesOfShop(deps, shop.id),
    unpause: (templateId) =>
      unpauseTemplateOfShop(deps, { shopId: shop.id, templateId }, { name: 'cli', now: tools.clock.now() }),
  }
}

function readChoice(what: string | undefined, ids: readonly string[]): Parameters<typeof replayInbox>[1] {
  if (what === 'all') return { kind: 'all_dead' }
  const numbers = ids.map(Number)
  const areIds = numbers.length > 0 && numbers.every((id) => Number.isSafeInteger(id) && id > 0)
  if (what === 'event' && areIds) return { kind: 'ids', events: numbers, deliveries: [] }
  if (what === 'delivery' && areIds) return { kind: 'ids', events: [], deliveries: numbers }
  throw badUsage('Say "hub replay all", "hub replay event ID…" or "hub replay delivery ID…".')
}

const toDeps = ({ db, clock }: Toolbox, shop: Shop): CommandDeps => ({ db, clock, shop, print })

async function run(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      shop: { type: 'string' },
      help: { type: 'boolean' },
      held: { type: 'boolean' },
      ...reportOptions,
      ...replayOptions,
    },
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
    await command(tools, shop, words, { ...values, held: values.held === true })
  } finally {
    await tools.close()
  }
}

run().catch((thrown: unknown) => {
  process.stderr.write(`${explain(thrown)}\n`)
  process.exitCode = 1
})
