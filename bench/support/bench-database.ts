import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/platform/database.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts'
import { applyMigrations } from '../../src/platform/migrations.ts'

export interface BenchServer extends AsyncDisposable {
  /** Where it keeps its data. */
  folder: string
  /** A new, migrated database; resolves with its url. */
  createDatabase(name: string): Promise<string>
}

/** A PostgreSQL of the benchmark's own, with its defaults: what it acknowledges is on the disk. */
export async function startBenchServer(flags: readonly string[] = []): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: folder, flags })
  return {
    folder,
    createDatabase: async (name) => {
      const admin = openDatabase(server.url, { poolSize: 1 })
      await admin.execute(`create database ${name}`)
      await admin.close()
      const url = new URL(server.url)
      url.pathname = `/${name}`
      await applyMigrations(url.href)
      return url.href
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
