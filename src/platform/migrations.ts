import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { HubError } from './errors.ts'

export const migrationsFolder = findMigrationsFolder()

interface Migration {
  name: string
  sql: string
  checksum: string
}

const createTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`

// Prisma's own number: `prisma migrate deploy` and this runner wait for each other.
const prismaAdvisoryLock = 72707369

/**
 * Brings the database up to prisma/migrations and returns the names of what was applied. Keeps Prisma's own table the way
 * `prisma migrate deploy` does, so that either can follow the other.
 */
export async function applyMigrations(url: string, folder = migrationsFolder): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaAdvisoryLock])
    await client.query(createTable)
    const { rows } = await client.query<{
      migration_name: string
      checksum: string
      finished_at: Date | null
    }>('SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL')
    const applied: string[] = []
    for (const migration of readMigrations(folder)) {
      const before = rows.find((row) => row.migration_name === migration.name)
      if (before === undefined) {
        await applyOne(client, migration)
        applied.push(migration.name)
      } else refuseIfUnsound(migration, before)
    }
    return applied
  } finally {
    await client.end()
  }
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  const id = randomUUID()
  await client.query('INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    migration.checksum,
    migration.name,
  ])
  try {
    await client.query(migration.sql)
  } catch (cause) {
    await client.query('UPDATE "_prisma_migrations" SET logs = $2 WHERE id = $1', [id, String(cause)])
    throw new HubError('migration_failed', `The migration ${migration.name} failed: ${String(cause)}`, {
      advice: 'Repair the database, then mark it with `prisma migrate resolve`, and start again.',
      cause,
    })
  }
  await client.query(
    'UPDATE "_prisma_migrations" SET finished_at = now(), applied_steps_count = 1 WHERE id = $1',
    [id],
  )
}

function refuseIfUnsound(migration: Migration, before: { checksum: string; finished_at: Date | null }): void {
  if (before.finished_at === null) {
    throw new HubError(
      'migration_unfinished',
      `The migration ${migration.name} was begun earlier and did not finish.`,
      {
        advice: 'Repair the database, then mark it with `prisma migrate resolve`, and start again.',
      },
    )
  }
  if (before.checksum !== migration.checksum) {
    throw new HubError(
      'migration_changed',
      `The migration ${migration.name} was changed after it had been applied.`,
      {
        advice: 'Restore the file, and put the change into a new migration.',
      },
    )
  }
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

// From src/platform in a checkout, from dist/src/platform in the image.
function findMigrationsFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const found = ['../../prisma/migrations', '../../../prisma/migrations']
    .map((up) => join(here, up))
    .find((path) => existsSync(path))
  if (found === undefined)
    throw new HubError(
      'migrations_missing',
      'The folder prisma/migrations is missing from this installation.',
    )
  return found
}
