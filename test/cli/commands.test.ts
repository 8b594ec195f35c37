import { pino } from 'pino'
import { expect, test } from 'vitest'
import { campaignCommand, campaignsCommand } from '../../src/cli/campaign-commands.ts'
import type { CommandDeps } from '../../src/cli/command.ts'
import { previewCommand } from '../../src/cli/preview-command.ts'
import { replayCommand } from '../../src/cli/replay-command.ts'
import { runCommand } from '../../src/cli/run-commands.ts'
import { auditCommand, settingsCommand } from '../../src/cli/settings-commands.ts'
import { explain } from '../../src/app-explain.ts'
import { ensureCampaigns, findCampaign } from '../../src/campaigns/campaign-store.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { loadShop, loadVersionedSettings } from '../../src/shops/shop-store.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertShop, someMonday } from '../support/rows.ts'

/** A terminal: what commands print, and what they refuse, as a person reads it. */
async function createTerminal(): Promise<AsyncDisposable & { deps: CommandDeps; run: Run }> {
  const db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  let lines: string[] = []
  const print = (line: string): unknown => lines.push(line)
  const deps = { db, clock: createStandingClock(someMonday), shop: await loadShop(db, shopId), print }
  const run: Run = async (command, ...words) => {
    lines = []
    await command(deps, words).catch((thrown: unknown) => lines.push(explain(thrown)))
    return lines.join('\n')
  }
  return { deps, run, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

type Run = (
  command: (deps: CommandDeps, words: string[]) => Promise<void>,
  ...words: string[]
) => Promise<string>

test('settings are shown with their defaults, and set by key and value', async () => {
  await using terminal = await createTerminal()
  const { run, deps } = terminal
  expect(await run(settingsCommand)).toContain('  campaignEveryDays                7\n')
  const set = await run(
    settingsCommand,
    'set',
    'caps.campaignEveryDays=10',
    'caps.alertsSkip7Days=false',
    'consent.doubleOptInCountries=DE,AT',
    'shop.timeZone=Atlantic/Azores',
  )
  expect(set).toBe('Version 1 is in force.')
  expect(await loadVersionedSettings(deps.db, deps.shop.id)).toMatchObject({
    version: 1,
    settings: {
      caps: { campaignEveryDays: 10, alertsSkip7Days: false, messagesPer30Days: 4 },
      consent: { doubleOptInCountries: ['DE', 'AT'] },
    },
  })
  expect(await run(settingsCommand)).toContain('  campaignEveryDays                10   (default 7)\n')
  expect(await run(settingsCommand, 'set', 'caps.campaignEveryDays=default')).toBe('Version 2 is in force.')
  expect(await run(settingsCommand)).toContain('  campaignEveryDays                7\n')
  expect(await run(auditCommand)).toContain(
    'cli  shop.settings  shop: {"caps":{"campaignEveryDays":10},"version":1} -> {"caps":{"campaignEveryDays":7},"version":2}',
  )
})

test('a word too many is refused, rather than that part of what was asked is done', async () => {
  await using terminal = await createTerminal()
  const { run, deps } = terminal
  await deps.db.transaction((tx) => ensureCampaigns(tx, deps.shop.id, someMonday))
  await run(campaignCommand, 'on', 'price_drop')
  expect(await run(campaignCommand, 'off', 'price_drop', 'back_in_stock')).toContain('Say "hub campaign show')
  expect((await findCampaign(deps.db, deps.shop.id, 'price_drop'))?.isOn).toBe(true)
  for (const words of [
    ['approve', '1', '2'],
    ['refuse', '1', '2'],
    ['approve', 'all', '2'],
  ])
    expect(await run(runCommand, ...words)).toContain('Say "hub run approve ID"')
})

test('what is impossible is said with its field, and changes nothing', async () => {
  await using terminal = await createTerminal()
  const { run, deps } = terminal
  expect(await run(settingsCommand, 'set', 'caps.campaignEveryDays=0', 'caps.messagesPer30Days=many')).toBe(
    [
      'These settings are not possible, so nothing was changed.',
      '  - caps.campaignEveryDays must be at least 1',
      '  - caps.messagesPer30Days must be a number',
    ].join('\n'),
  )
  expect(await run(campaignCommand, 'set', 'price_drop', 'thresholdBps=10100')).toContain(
    '  - settings.thresholdBps must be at most 9999',
  )
  expect(await run(settingsCommand, 'set', 'caps')).toContain('"caps" is not of the form key=value.')
  expect(await run(settingsCommand, 'forget')).toContain('Say "hub settings"')
  expect(await run(campaignCommand, 'on', 'birthday')).toContain('There are: back_in_stock')
  expect((await loadVersionedSettings(deps.db, deps.shop.id)).version).toBe(0)
})

test('a campaign’s rules, audience, holdout and wordings are set in one go', async () => {
  await using terminal = await createTerminal()
  const { run, deps } = terminal
  const set = await run(
    campaignCommand,
    'set',
    'price_drop',
    'thresholdBps=1500',
    'audience.include.countries=PT,ES',
    'audience.exclude.tags=wholesale',
    'audience.minSpentMinor=5000',
    'holdoutBps=500',
    'variants=a:70,b:30',
  )
  expect(set).toBe('Version 2 of price_drop is in force.')
  expect(await findCampaign(deps.db, deps.shop.id, 'price_drop')).toMatchObject({
    settings: { thresholdBps: 1500 },
    audience: { include: { countries: ['PT', 'ES'] }, exclude: { tags: ['wholesale'] }, minSpentMinor: 5000 },
    holdoutBps: 500,
    variants: [
      { name: 'a', weight: 70 },
      { name: 'b', weight: 30 },
    ],
    settingsVersion: 2,
  })
  await run(campaignCommand, 'set', 'price_drop', 'audience.include.countries=default', 'variants=default')
  expect(await findCampaign(deps.db, deps.shop.id, 'price_drop')).toMatchObject({
    audience: { include: {}, exclude: { tags: ['wholesale'] } },
    variants: [],
    settingsVersion: 3,
  })
  expect(await run(campaignCommand, 'show', 'price_drop')).toContain('thresholdBps     1500   (default 1000)')
})

test('campaigns are switched by name, and one that lacks something says what', async () => {
  await using terminal = await createTerminal()
  const { run, deps } = terminal
  expect(await run(campaignCommand, 'on', 'loyalty_reward')).toContain(
    '  - settings.minSpentMinor: Say first',
  )
  expect(await run(campaignsCommand)).toContain('loyalty_reward    off, needs minSpentMinor')
  const personId = await insertPerson(deps.db, deps.shop.id, someMonday)
  await deps.db.execute(
    `insert into person_purchases (person_id, shop_id, orders, spent_minor, updated_at) values ($1, $2, 4, 23000, $3)`,
    [personId, deps.shop.id, someMonday],
  )
  expect(await run(campaignCommand, 'show', 'loyalty_reward')).toContain(
    'A proposal: minSpentMinor=23000. Of the 1',
  )
  await run(campaignCommand, 'set', 'loyalty_reward', 'minSpentMinor=20000')
  expect(await run(campaignCommand, 'on', 'loyalty_reward')).toBe(
    'loyalty_reward is on. What happened before this moment is not announced.',
  )
  expect(await run(campaignsCommand)).toContain('loyalty_reward    on since 2026-03-02T12:00:00.000Z')
  expect(await run(campaignCommand, 'off', 'loyalty_reward')).toBe('loyalty_reward is off.')
})

test('previews and replays are read at a terminal', async () => {
  await using terminal = await createTerminal()
  const { run, deps } = terminal
  const dry = { ...deps, random: createSeededRandom(1), log: pino({ level: 'silent' }) }
  expect(await run((_, words) => previewCommand(dry, words), 'price_drop')).toContain(
    'The campaign is off. This is as if it had been on all along',
  )
  const replay = (options: { days?: string; set?: string[] }) => run(() => replayCommand(dry, options))
  expect(
    await replay({ days: '3', set: ['caps.campaignEveryDays=14', 'price_drop.thresholdBps=2000'] }),
  ).toContain('Nobody would have been treated differently.')
  expect(await replay({ days: '3', set: ['caps.campaignEveryDays=0'] })).toContain(
    '  - caps.campaignEveryDays must be at least 1',
  )
  expect(await replay({ days: 'many' })).toContain('Say --days with a number')
})
