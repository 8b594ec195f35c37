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

test('several campaigns are stopped and let go with one command, also beside a name that there is not', async () => {
  await using terminal = await createTerminal()
  const { run, db } = terminal
  const stopped = async (): Promise<string[]> =>
    (
      await db.query<{ kind: string }>(
        `select kind from campaigns where stopped_at is not null order by kind`,
      )
    ).map(({ kind }) => kind)
  const shown = await run(stopCommand, 'black_friday', 'price_drop', 'cyber_monday', 'back_in_stock')
  expect(shown).toContain('Nothing more of price_drop is sent.')
  expect(shown).toContain(
    'There is no campaign "black_friday".\nThere is no campaign "cyber_monday".\nThere are: ',
  )
  expect(await stopped()).toEqual(['back_in_stock', 'price_drop'])
  expect(await run(sendingCommand)).toContain(
    'notice, 2026-03-02T12:00:00.000Z (by cli): price_drop: Somebody has stopped this campaign',
  )
  expect(await run(goCommand, 'price_drop', 'back_in_stock')).toBe(
    'price_drop goes on.\nback_in_stock goes on.',
  )
  expect(await stopped()).toEqual([])
})

test('a number is started by name, and where there is nothing to start it says so', async () => {
  await using terminal = await createTerminal()
  const { run, db } = terminal
  const stop = () =>
    db.execute(`update phone_numbers set state = 'stopped', state_reason = 'account_deleted'`)
  const states = async (): Promise<string[]> =>
    (await db.query<{ state: string }>(`select state from phone_numbers order by id`)).map(
      ({ state }) => state,
    )
  expect(await run(numberCommand, 'start')).toBe('Nothing to do: no number was stopped or restricted.')
  await db.execute(
    `insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
     select shop_id, waba_id, 'number-2', '+1 555-078-3882', rate_per_second, state, updated_at from phone_numbers`,
  )
  await stop()
  expect(await run(numberCommand, 'start', '+49', '30', '1234')).toContain(
    'This shop has no number "+49 30 1234".',
  )
  expect(await states()).toEqual(['stopped', 'stopped'])
  expect(await run(numberCommand, 'start', '+1', '555-078-3881')).toBe('The number sends again.')
  expect(await states()).toEqual(['active', 'stopped'])
  expect(await run(numberCommand, 'start', 'number-2')).toBe('The number sends again.')
  await stop()
  expect(await run(numberCommand, 'start')).toBe('2 numbers send again.')
  await db.execute(`delete from number_pace`)
  await db.execute(`delete from phone_numbers`)
  expect(await run(numberCommand, 'start')).toContain('This shop has no WhatsApp number connected.')
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
  await db.execute(
    `update phone_numbers set state_reason = 'account_restricted', restricted_until = '9999-12-31T00:00:00Z', stopped_until = '2026-03-04T00:00:00Z'`,
  )
  const later = await run(sendingCommand)
  expect(later).toContain('  restricted until Meta lifts it: X')
  expect(later).toContain('  starts by itself at 2026-03-04T00:00:00.000Z')
  expect(await run(numberCommand, 'start')).toBe('The number sends again.')
  expect(await db.query(`select state, restricted_until from phone_numbers`)).toEqual([
    { state: 'active', restrictedUntil: null },
  ])
  expect(await run(numberCommand)).toContain('Say "hub number start" or')
})
