import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts'
import { applyMigrations } from '../../src/platform/migrations.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL of the test run's own, with the migrated database `hub_template` to clone. */
    serverUrl: string
  }
}

/** One embedded PostgreSQL for the whole run; each test file clones its template (test/support/database.ts). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(roomyFolder(), 'hub-test-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    flags: ['-c', 'fsync=off', '-c', 'max_connections=300', '-c', 'synchronous_commit=off'],
  })
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query('CREATE DATABASE hub_template')
  await applyMigrations(databaseUrl(server.url, 'hub_template'))
  await admin.end()
  project.provide('serverUrl', server.url)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

// Cloning a database takes 10 ms in memory and 40 times as long on some disks, and there are hundreds of clones.
function roomyFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > 4e9 ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
