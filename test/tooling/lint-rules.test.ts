import { ESLint, Linter } from 'eslint'
import { expect, test } from 'vitest'

const eslint = new ESLint({ cwd: process.cwd() })

/** Whether the rules for that file refuse the code. */
async function refuses(path: string, code: string): Promise<boolean> {
  const { rules } = (await eslint.calculateConfigForFile(path)) as { rules: Linter.RulesRecord }
  const only = { 'no-restricted-syntax': rules['no-restricted-syntax'] ?? 'off' } satisfies Linter.RulesRecord
  return (
    new Linter().verify(code, { rules: only, languageOptions: { ecmaVersion: 2023, sourceType: 'module' } })
      .length > 0
  )
}

test.each([
  ['new Date()', 'src/platform/clock.ts'],
  ['Date.now()', 'src/platform/clock.ts'],
  ['Date()', 'src/platform/clock.ts'],
  ['DateTime.now()', 'src/platform/clock.ts'],
  ['DateTime.utc()', 'src/platform/clock.ts'],
  ['performance.now()', 'src/platform/clock.ts'],
  ['Math.random()', 'src/platform/random.ts'],
  [`import { randomInt } from 'node:crypto'`, 'src/platform/random.ts'],
  ['process.env.PORT', 'src/platform/environment.ts'],
  [`import { env } from 'node:process'`, 'src/platform/environment.ts'],
])('%s is written in one file only', async (code, owner) => {
  expect(await refuses('src/campaigns/plan-waves.ts', code)).toBe(true)
  expect(await refuses('src/main.ts', code)).toBe(true)
  expect(await refuses(owner, code)).toBe(false)
})

test.each([
  'new Date(0)',
  'DateTime.utc(2026, 3, 2)',
  'DateTime.fromJSDate(now)',
  `import { createHash } from 'node:crypto'`,
])('%s is for everybody', async (code) => {
  expect(await refuses('src/campaigns/plan-waves.ts', code)).toBe(false)
})

test('a test may read the environment', async () => {
  expect(await refuses('test/people/a.test.ts', 'process.env.FIXTURES_DIR')).toBe(false)
})
