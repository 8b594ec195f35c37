import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isRedisInstalled } from '../../bench/support/own-redis.ts'
import { freePort } from '../../bench/support/processes.ts'
import { preparePlace } from '../../src/platform/embedded-postgres/place.ts'
import { findServer, startServer } from '../../src/platform/embedded-postgres/server-process.ts'

// Servers of a test's own, outside the hub as an operator's are: they listen on a port, and may be killed and started again.

/** False on a machine without Redis. On a build server its tests must run. */
export function hasRedis(): boolean {
  if (isRedisInstalled()) return true
  if (process.env.CI !== undefined)
    throw new Error('redis-server is not installed, and its tests must run here.')
  process.stderr.write('No redis-server found: what needs one is skipped.\n')
  return false
}

/** Ends like the server's own shutdown (`fast`), or as if the machine had died (`immediate`: nothing is written, all connections cut). */
export type StopMode = 'fast' | 'immediate'

export interface OwnPostgres extends AsyncDisposable {
  /** Of its empty database `hub`. */
  url: string
  stop(mode: StopMode): Promise<void>
  /** On the same data and port. */
  start(): Promise<void>
}

/** The PostgreSQL of the embedded package, on a port as an outside one is. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-postgres-'))
  // The server may run as a user of its own.
  chmodSync(folder, 0o755)
  const place = preparePlace(folder)
  const port = await freePort()
  const flags = { listen_addresses: '127.0.0.1', port, max_connections: 300, fsync: 'off' }
  const start = (): Promise<void> =>
    startServer(
      place,
      Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    )
  const stop = async (mode: StopMode): Promise<void> => {
    const server = findServer(place)
    if (server === undefined) return
    process.kill(server.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await until('PostgreSQL has stopped', async () => findServer(place) === undefined, 20_000)
  }
  await start()
  // As it is made, the data let nobody in by a port.
  letInByPort(join(place.dataFolder, 'pg_hba.conf'))
  await stop('fast')
  await start()
  const url = `postgresql://hub@127.0.0.1:${port}`
  const admin = new pg.Client({ connectionString: `${url}/postgres` })
  await admin.connect()
  await admin.query('CREATE DATABASE hub')
  await admin.end()
  return {
    url: `${url}/hub`,
    start,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop('immediate')
      rmSync(place.folder, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The first line that fits counts, so that the new one must be first; the file belongs to the server's user. */
function letInByPort(file: string): void {
  const others = readFileSync(file, 'utf8')
  writeInPlace(file, `host all all 127.0.0.1/32 trust\n${others}`)
}

function writeInPlace(file: string, text: string): void {
  truncateSync(file)
  appendFileSync(file, text)
}

/** Waits until something is so; what cannot be asked yet is not so yet. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s: ${what}`)
    await sleep(50)
  }
}
