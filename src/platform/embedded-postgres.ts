import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { monotonicMs } from './clock.ts'
import { joinUsers, leaveUsersAsLast, takeAppLock } from './embedded-postgres/locks.ts'
import { preparePlace, type Place } from './embedded-postgres/place.ts'
import {
  findServer,
  startServer,
  stopServer,
  type RunningServer,
} from './embedded-postgres/server-process.ts'
import { HubError } from './errors.ts'

export interface EmbeddedPostgres {
  url: string
  /** Stops the server too, unless a command or an app that came later still uses it. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  dataDir: string
  /** `app` (default): the one app on these data. `command`: joins whoever is there, or has the server to itself for a while. */
  as?: 'app' | 'command'
  /** Further flags for the server when it is started here, such as ['-c', 'fsync=off']. */
  flags?: readonly string[]
  /** How long a holder that may be dying is waited for before this app is refused (default 5000). */
  waitForHolderMs?: number
  /** A lost connection to the server could not be restored: the database is gone, or another app has it now. */
  onLost?: (error: unknown) => void
}

/**
 * A PostgreSQL of this installation's own, reached over a UNIX socket alone. Joins the server that runs on the data already (a
 * command's, or what a killed app left behind), else starts one. Throws HubError `already_running` beside another app.
 * While it is used, a server that dies is started again.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = preparePlace(options.dataDir)
  let joined = await join(place, options)
  let rejoining: Promise<void> | undefined
  let isStopping = false

  const rejoin = async (): Promise<void> => {
    try {
      joined = await join(place, options)
      watch(joined.client)
    } catch (thrown) {
      options.onLost?.(thrown)
    }
  }
  const watch = (client: pg.Client): void => {
    client.once('end', () => {
      if (!isStopping) rejoining = rejoin()
    })
  }
  watch(joined.client)
  return {
    url: joined.url,
    stop: async () => {
      if (isStopping) return
      isStopping = true
      await rejoining
      await leave(place, joined.client)
    },
  }
}

interface Joined {
  client: pg.Client
  url: string
}

async function join(place: Place, options: EmbeddedPostgresOptions): Promise<Joined> {
  const role = options.as ?? 'app'
  const joined = await reachServer(place, options.flags ?? [], `hub ${role}, process ${String(process.pid)}`)
  try {
    if (role === 'app') await takeAppLock(joined.client, options.dataDir, options.waitForHolderMs ?? 5_000)
    return joined
  } catch (thrown) {
    await joined.client.end()
    throw thrown
  }
}

async function leave(place: Place, client: pg.Client): Promise<void> {
  try {
    if (await leaveUsersAsLast(client)) await stopServer(place)
  } catch (thrown) {
    // The connection was lost on the way: then the server is down, or somebody else's.
    if (thrown instanceof HubError) throw thrown
  } finally {
    await client.end().catch(() => undefined)
  }
}

const reachWithinMs = 30_000
const startsAtMost = 3

/** Whatever state it finds (starting, stopping, recovering, dead), it looks again until there is a server that answers. */
async function reachServer(place: Place, flags: readonly string[], name: string): Promise<Joined> {
  const deadline = monotonicMs() + reachWithinMs
  let startsFailed = 0
  for (;;) {
    const server = findServer(place)
    if (server === undefined) {
      // A start also fails when another process starts the server at this moment; the next look shows that one.
      await startServer(place, flags).catch(async (thrown: unknown) => {
        if (++startsFailed === startsAtMost) throw thrown
        await delay(200)
      })
      continue
    }
    const joined = await tryToJoin(server, name)
    if (joined !== undefined) return joined
    if (monotonicMs() > deadline) throw unreachable(place, server)
    await delay(50)
  }
}

async function tryToJoin(server: RunningServer, name: string): Promise<Joined | undefined> {
  const url = addressOf(server)
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // Without a listener a server that goes away ends this process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await joinUsers(client)
    return { client, url }
  } catch (thrown) {
    await client.end().catch(() => undefined)
    if (isNotReady(thrown)) return undefined
    throw thrown
  }
}

function addressOf({ port, socketFolder }: RunningServer): string {
  return `postgresql://hub@localhost:${String(port)}/postgres?host=${encodeURIComponent(socketFolder)}&sslmode=disable`
}

/** 57P01 to 57P03: stopping or not up yet. No code: the connection was closed on the way. */
function isNotReady(thrown: unknown): boolean {
  const { code } = thrown as { code?: string }
  return code === undefined || /^(57P0\d|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ENOTSOCK)$/.test(code)
}

function unreachable(place: Place, server: RunningServer): HubError {
  return new HubError(
    'postgres_unreachable',
    `A PostgreSQL (process ${String(server.pid)}) holds the data in ${place.folder} and does not answer.`,
    {
      advice: `Stop that process, and start again. Its log is ${place.logFile}.`,
    },
  )
}
