import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStage } from '../app-stage.ts'
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts'
import { openDatabase } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import { applyMigrations } from '../platform/migrations.ts'
import { opening } from './demo/calendar.ts'
import { tellStory } from './demo/story.ts'
import { createTeller } from './demo/teller.ts'

// Half a year of a shop, headless, on a database of its own that is thrown away. Ends with 0 only if every claim at its end holds.

const folder = mkdtempSync(join(tmpdir(), 'hub-demo-'))
chmodSync(folder, 0o755)
const server = await startEmbeddedPostgres({
  dataDir: folder,
  // Nothing of it is to be kept.
  flags: ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
})
try {
  await applyMigrations(server.url)
  const db = openDatabase(server.url)
  const stage = await openStage({
    db,
    now: opening,
    log: createLog({ level: 'warn', pretty: false }),
  })
  const teller = createTeller(stage.clock, (line) => process.stdout.write(`${line}\n`))
  try {
    await tellStory(stage, teller)
  } finally {
    await stage[Symbol.asyncDispose]()
    await db.close()
  }
  process.exitCode = teller.end() ? 0 : 1
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
