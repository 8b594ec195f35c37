import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { HubError } from '../errors.ts'
import { bufferMegabytes, memoryBytes } from './memory.ts'
import { makeSocketFolder, removeSocketFolder, type Place } from './place.ts'

/** What the server's own lock file says about it; it may have died since. */
export interface RunningServer {
  pid: number
  port: number
  socketFolder: string
}

// About 60 MB for the whole server of a small shop; the buffers fill as they are used. Each connection is one process, a dozen are the rule.
// The log of changes grows to max_wal_size only while much is written: each checkpoint makes the pages after it dear.
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '100',
  fsync: 'on',
  shared_buffers: `${String(bufferMegabytes(memoryBytes()))}MB`,
  work_mem: '16MB',
  // A disk without a head to move.
  random_page_cost: '1.1',
  maintenance_work_mem: '64MB',
  max_wal_size: '2GB',
  min_wal_size: '64MB',
  // Workers of their own would be further processes, for reading ahead and for parts of one query.
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '2',
  jit: 'off',
  timezone: 'UTC',
  // The log may not hold what people wrote: no statements, no values of rows.
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

const largestLogBytes = 1024 * 1024

/** Makes the data where there are none, and starts a server on them that outlives this process. Throws when it does not come up. */
export async function startServer(place: Place, flags: readonly string[]): Promise<void> {
  await initializeData(place)
  refuseOtherVersion(place)
  if (existsSync(place.logFile) && statSync(place.logFile).size > largestLogBytes) truncateSync(place.logFile)
  makeSocketFolder(place)
  removeIfAbandoned(join(place.socketFolder, '.s.PGSQL.5432.lock'))
  // The setting is a list, in which a name may be quoted.
  const given = { ...settings, unix_socket_directories: `"${place.socketFolder.replaceAll('"', '""')}"` }
  const options = [...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]), ...flags]
  const quoted = options.map((option) => `'${option.replaceAll("'", `'\\''`)}'`).join(' ')
  // pg_ctl puts the server into a session of its own, so that Ctrl-C reaches the app alone. Names are below place.folder: it
  // hands whole paths to a shell, and not every path survives that.
  const args = [
    'start',
    '--wait',
    '--timeout=30',
    '--silent',
    '-D',
    'data',
    '-l',
    'postgres.log',
    '-o',
    quoted,
  ]
  await runTool(place, 'pg_ctl', args)
}

export async function stopServer(place: Place): Promise<void> {
  const args = ['stop', '--wait', '--timeout=30', '--silent', '--mode=fast', '-D', 'data']
  await runTool(place, 'pg_ctl', args).catch((thrown: unknown) => {
    if (findServer(place) !== undefined) throw thrown
  })
  removeSocketFolder(place)
}

/** Made beside its place and renamed into it: a process killed on the way leaves nothing that looks like data. */
async function initializeData(place: Place): Promise<void> {
  if (existsSync(join(place.dataFolder, 'PG_VERSION'))) return
  const draft = `${place.dataFolder}.${randomBytes(6).toString('hex')}`
  mkdirSync(draft, { mode: 0o700 })
  if (place.user !== undefined) chownSync(draft, place.user.uid, place.user.gid)
  try {
    // The socket's folder is the guard. C.UTF-8 knows the letters of all languages, the same on every system.
    const access = ['--username=hub', '--auth-local=trust', '--auth-host=reject']
    const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    await runTool(place, 'initdb', ['-D', basename(draft), ...access, ...text])
    renameSync(draft, place.dataFolder)
  } catch (thrown) {
    // Two apps may have started at once on an empty folder; the other one's data are as good.
    if (!existsSync(join(place.dataFolder, 'PG_VERSION'))) throw thrown
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function refuseOtherVersion(place: Place): void {
  const ofData = readFileSync(join(place.dataFolder, 'PG_VERSION'), 'utf8').trim()
  const ofServer = place.native.version.split('.')[0]
  if (ofData === ofServer) return
  throw new HubError(
    'data_of_another_version',
    `The data in ${place.dataFolder} are of PostgreSQL ${ofData}, the server is ${String(ofServer)}.`,
    {
      advice:
        'Install the release of the hub that made them, and move the data with pg_dump of that version.',
    },
  )
}

/** The server that holds the data at the moment, if one does. */
export function findServer(place: Place): RunningServer | undefined {
  const lockFile = join(place.dataFolder, 'postmaster.pid')
  removeIfAbandoned(lockFile)
  const lines = readLines(lockFile)
  const pid = Number(lines?.[0])
  if (lines === undefined || !isPostgres(pid)) return undefined
  return { pid, port: Number(lines[3] ?? 0), socketFolder: lines[4] ?? '' }
}

/**
 * Deletes a lock file of a server that was killed. PostgreSQL does so itself unless a process of that number exists; but in a
 * container the number is soon some other program's, or that of a dead process that nobody has fetched.
 */
function removeIfAbandoned(lockFile: string): void {
  const holder = readLines(lockFile)?.[0]
  if (holder === undefined || isPostgres(Number(holder))) return
  const taken = `${lockFile}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(lockFile, taken)
    // Somebody else may have cleared it away and started a server between the look and the taking: that one's is put back.
    if (readLines(taken)?.[0] === holder) rmSync(taken)
    else renameSync(taken, lockFile)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
  }
}

function isPostgres(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false
  // Where the system does not tell, the lock file is believed.
  return commandOf(pid)?.includes('postgres') ?? true
}

function readLines(path: string): string[] | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Empty for a process that is dead and not yet fetched. Linux tells in a file, others by ps. */
function commandOf(pid: number): string | undefined {
  if (existsSync('/proc/self/cmdline')) return readLines(`/proc/${String(pid)}/cmdline`)?.join(' ') ?? ''
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' })
  } catch {
    return undefined
  }
}

async function runTool(place: Place, tool: 'initdb' | 'pg_ctl', args: string[]): Promise<void> {
  const { code, said } = await runToEnd(place, join(place.native.folder, 'bin', tool), args)
  if (code === 0) return
  const log = tool === 'pg_ctl' ? (readLines(place.logFile)?.slice(-6).join('\n') ?? '') : ''
  throw new HubError(
    'postgres_failed',
    `PostgreSQL's ${tool} failed: ${[said.trim(), log.trim()].filter(Boolean).join('\n')}`,
    {
      advice: `Its log is ${place.logFile}. With DATABASE_URL the hub uses a database of your own instead.`,
    },
  )
}

function runToEnd(
  place: Place,
  file: string,
  args: string[],
): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    // An environment of its own: PGPORT, PGDATA and the like of the user's shell are meant for another server.
    const child = spawn(file, args, {
      ...place.user,
      cwd: place.folder,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.once('error', reject)
    // Not 'close': the server inherits the pipe and keeps it open.
    child.once('exit', (code) => {
      child.stderr.destroy()
      resolve({ code, said })
    })
  })
}
