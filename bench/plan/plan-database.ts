import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/platform/database.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts'
import { applyMigrations, migrationsFolder } from '../../src/platform/migrations.ts'
import { loadData } from './load-data.ts'
import { sizeOf } from './size.ts'

export interface PlanDatabase extends AsyncDisposable {
  url: string
}

// While the rows are made: what is new needs no log, and nobody waits for a checkpoint. fsync stays on, and the server is started anew, as
// shipped, before anything is measured.
const loadFlags = [
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=32GB',
  'checkpoint_timeout=1h',
  'autovacuum=off',
  'shared_buffers=512MB',
]

/**
 * A PostgreSQL of the benchmark's own, as shipped (fsync on), with the data of this scale. In a temporary folder that goes away with it, or in
 * `keepIn`, where a later run finds the data again as long as neither they nor the migrations have changed.
 */
export async function openPlanDatabase(scale: number, keepIn: string | undefined): Promise<PlanDatabase> {
  const folder = keepIn ?? mkdtempSync(join(tmpdir(), 'hub-bench-'))
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  const name = `plan_${nameOfData(scale)}`
  await makeIfMissing(folder, name, scale)
  const server = await startEmbeddedPostgres({ dataDir: folder })
  return {
    url: databaseUrl(server.url, name),
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      if (keepIn === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function makeIfMissing(folder: string, name: string, scale: number): Promise<void> {
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    flags: loadFlags.flatMap((flag) => ['-c', flag]),
  })
  const admin = openDatabase(server.url, { poolSize: 1 })
  try {
    const known = await admin.query(`select 1 from pg_database where datname = $1`, [name])
    if (known.length > 0) return
    await admin.execute(`drop database if exists draft with (force)`)
    await admin.execute(`create database draft`)
    const draft = databaseUrl(server.url, 'draft')
    await applyMigrations(draft)
    await loadData(draft, sizeOf(scale))
    await admin.execute(`alter database draft rename to ${name}`)
  } finally {
    await admin.close()
    await server.stop()
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** What the data hang on: the scale, the statements that make them, the tables they go into. */
function nameOfData(scale: number): string {
  const hash = createHash('sha256').update(`${scale}`)
  const here = import.meta.dirname
  const files = [
    ...readdirSync(here)
      .filter((file) => /^(data-|load-|size)/.test(file))
      .map((file) => join(here, file)),
    ...readdirSync(migrationsFolder)
      .map((folder) => join(migrationsFolder, folder, 'migration.sql'))
      .filter((file) => !file.includes('migration_lock')),
  ]
  for (const file of files.sort()) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
