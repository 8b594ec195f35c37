import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStage } from '../app-stage.ts'
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts'
import { openDatabase } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import { applyMigrations } from '../platform/migrations.ts'
import { tellStory } from './demo-story.ts'
import { createTeller } from './demo-teller.ts'

// The main story, headless, on a database of its own that is thrown away. Ends with 0 only if everything told was also seen.

const folder = mkdtempSync(join(tmpdir(), 'hub-demo-'))
chmodSync(folder, 0o755)
const server = await startEmbeddedPostgres({ dataDir: folder })
try {
  await applyMigrations(server.url)
  const db = openDatabase(server.url)
  const stage = await openStage({
    db,
    now: new Date('2026-03-09T11:00:00Z'),
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
