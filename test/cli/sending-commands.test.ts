import { expect, test } from 'vitest'
import { explain } from '../../src/app-explain.ts'
import { ensureCampaigns } from '../../src/campaigns/campaign-store.ts'
import type { CommandDeps } from '../../src/cli/command.ts'
import { goCommand, numberCommand, sendingCommand, stopCommand } from '../../src/cli/sending-commands.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { loadShop } from '../../src/shops/shop-store.ts'
import { createGuardWorld, start, type GuardWorld } from '../outbox/support/guard-world.ts'

type Command = (deps: CommandDeps, words: readonly string[]) => Promise<void>

async function createTerminal(): Promise<
  GuardWorld & { run: (command: Command, ...words: string[]) => Promise<string> }
> {
  const world = await createGuardWorld()
  await world.db.transaction((tx) => ensureCampaigns(tx, world.shopId, start))
  const shop = await loadShop(world.db, world.shopId)
  const run = async (command: Command, ...words: string[]): Promise<string> => {
    const lines: string[] = []
    const deps = {
      db: world.db,
      clock: createStandingClock(start),
      shop,
      print: (line: string) => void lines.push(line),
    }
    await command(deps, words).catch((thrown: unknown) => lines.push(explain(thrown)))
    return lines.join('\n')
  }
  return { ...world, run }
}

test('what a merchant sees of sending, in words', async () => {
  await using terminal = await createTerminal()
  const { run, db } = terminal
  await terminal.settings({ dailyBudgetMicros: 100_000, campaignBudgets: { back_in_stock: 80_000 } })
  await terminal.guard(await terminal.messages(3))
  await db.execute(`update phone_numbers set quality = 'GREEN'`)
  expect(await run(sendingCommand)).toBe(
    [
      'sending',
      'budget of 2026-03-02: 0.06 USD of 0.10 USD',
      'number +1 555-078-3881: active, 80 a second, quality GREEN, limit unknown, people written to in 24 hours: 1',
      'campaign back_in_stock: 0.06 USD of 0.08 USD',
      'waiting campaigns: 3, of which 3 are due',
      'notice, 2026-03-02T12:00:00.000Z: The budget of the day is used up. The rest waits for tomorrow, or for a higher budget.',
    ].join('\n'),
  )
})

test('everything is stopped and let go with one word, and a campaign with two', async () => {
  await using terminal = await createTerminal()
  const { run } = terminal
  expect(await run(stopCommand)).toContain('Nothing more is sent, replies included.')
  expect(await run(stopCommand)).toBe('Sending was stopped already.')
  expect(await run(sendingCommand)).toContain(
    'stopped since 2026-03-02T12:00:00.000Z: Sending is stopped by the kill switch',
  )
  expect(await run(goCommand)).toBe('What waits is sent.')
  expect(await run(goCommand)).toBe('Sending was not stopped.')
  expect(await run(stopCommand, 'price_drop')).toContain('Nothing more of price_drop is sent.')
  expect(await run(stopCommand, 'price_drop')).toBe('price_drop was stopped already.')
  expect(await run(sendingCommand)).toContain('campaign price_drop: stopped since 2026-03-02T12:00:00.000Z')
  expect(await run(goCommand, 'price_drop')).toBe('price_drop goes on.')
  expect(await run(goCommand, 'price_drop')).toBe('price_drop was not stopped.')
  expect(await run(stopCommand, 'black_friday')).toContain('There is no campaign "black_friday".')
  expect(await terminal.db.query(`select action, subject, actor from audit_log order by id`)).toEqual([
    { action: 'sending.stopped', subject: 'shop', actor: 'cli' },
    { action: 'sending.started', subject: 'shop', actor: 'cli' },
    { action: 'campaign.stopped', subject: 'campaign:price_drop', actor: 'cli' },
    { action: 'campaign.resumed', subject: 'campaign:price_drop', actor: 'cli' },
  ])
})

test('a stopped number says why, and is started', async () => {
  await using terminal = await createTerminal()
  const { run, db } = terminal
  await db.execute(
    `update phone_numbers set state = 'stopped', state_reason = 'account_deleted', restricted_until = '2026-03-05T00:00:00Z', restriction = 'X'`,
  )
  const shown = await run(sendingCommand)
  expect(shown).toContain('  stopped: The WhatsApp account was deleted.')
  expect(shown).toContain('  restricted until 2026-03-05T00:00:00.000Z: X')
  expect(await run(numberCommand, 'start')).toBe('The number sends again.')
  expect(await db.query(`select state, restricted_until from phone_numbers`)).toEqual([
    { state: 'active', restrictedUntil: null },
  ])
  expect(await run(numberCommand)).toContain('Say "hub number start".')
})
