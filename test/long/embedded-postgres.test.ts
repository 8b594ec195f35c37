import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs' // prettier-ignore
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execFileSync } from 'node:child_process'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/platform/embedded-postgres.ts'
import { findPackage, prepareNativeFiles } from '../../src/platform/embedded-postgres/native-files.ts'
import { findOrMakeServerUser, mayEnter } from '../../src/platform/embedded-postgres/os-user.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }
const script = fileURLToPath(new URL('../support/embedded-app.ts', import.meta.url))
const nobodyMayRun = isRoot && mayEnter(dirname(script), nobody)

let base: string
let dataDir: string
const started: EmbeddedPostgres[] = []
const spawned: ChildProcess[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hub-pg-'))
  chmodSync(base, 0o777)
  dataDir = join(base, 'data')
})

afterEach(async () => {
  for (const app of started.splice(0)) await app.stop()
  for (const app of spawned.splice(0)) await endInput(app)
  const pointer = join(dataDir, 'postgres-is-kept-in')
  if (existsSync(pointer)) rmSync(readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true })
  rmSync(base, { recursive: true, force: true })
})

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const app = await startEmbeddedPostgres({ dataDir, waitForHolderMs: 300, ...options })
  started.push(app)
  return app
}

interface App {
  process: ChildProcess
  said: Record<string, string>
}

async function startProcess(as: 'app' | 'command', user?: { uid: number; gid: number }): Promise<App> {
  const args = ['--import', import.meta.resolve('tsx'), script, dataDir, as]
  const env = { ...process.env, HOME: base, TMPDIR: '/tmp' }
  const child = spawn(process.execPath, args, { ...user, env, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] })
  spawned.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { process: child, said: JSON.parse(line) as Record<string, string> }
}

async function endInput(app: ChildProcess): Promise<void> {
  if (app.exitCode !== null || app.signalCode !== null) return
  app.stdin?.end()
  await once(app, 'exit')
}

async function kill(app: ChildProcess): Promise<void> {
  app.kill('SIGKILL')
  await once(app, 'exit')
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows.map((row) => Object.values(row)[0])
  } finally {
    await client.end()
  }
}

function serverPid(folder = join(dataDir, 'postgres')): number | undefined {
  const file = join(folder, 'data', 'postmaster.pid')
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined
}

/** A dead process that nobody has fetched keeps its number, but no command line. */
function isAlive(pid: number | undefined): boolean {
  const file = `/proc/${String(pid)}/cmdline`
  return existsSync(file) && readFileSync(file, 'utf8') !== ''
}

test('data are kept from one start to the next, and nothing runs in between', async () => {
  const first = await start()
  await query(first.url, "CREATE TABLE kept AS SELECT 'yes' AS here")
  await first.stop()
  expect(serverPid()).toBeUndefined()
  const second = await start()
  expect(await query(second.url, 'SELECT here FROM kept')).toEqual(['yes'])
})

test('it is durable, listens on no network, and lets nobody else of the machine in', async () => {
  const { url } = await start()
  expect(await query(url, 'SHOW fsync')).toEqual(['on'])
  expect(await query(url, 'SHOW synchronous_commit')).toEqual(['on'])
  expect(await query(url, 'SHOW listen_addresses')).toEqual([''])
  expect(statSync(new URL(url).searchParams.get('host') ?? '').mode & 0o777).toBe(0o700)
  expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700)
})

test('it knows the letters of all languages', async () => {
  const { url } = await start()
  expect(await query(url, "SELECT lower('ÇA ÉTÉ ÜBER ИМЯ')")).toEqual(['ça été über имя'])
})

test("a row that is refused is not written to the server's log", async () => {
  const { url } = await start()
  await query(url, 'CREATE TABLE people (phone text PRIMARY KEY)')
  await query(url, "INSERT INTO people VALUES ('5511987654321')")
  await expect(query(url, "INSERT INTO people VALUES ('5511987654321')")).rejects.toThrow('duplicate key')
  const log = readFileSync(join(dataDir, 'postgres', 'postgres.log'), 'utf8')
  expect(log).not.toContain('5511987654321')
})

test('a folder with spaces, quotes and a very long name will do', async () => {
  dataDir = join(base, `it's a "shop" ${'x'.repeat(120)}`)
  const { url } = await start()
  expect(await query(url, 'SELECT 1')).toEqual([1])
  const socket = new URL(url).searchParams.get('host') ?? ''
  await started.pop()?.stop()
  expect(existsSync(socket)).toBe(false)
})

test('a folder named from where the app stands will do', async () => {
  const { url } = await start({ dataDir: relative(process.cwd(), dataDir) })
  expect(await query(url, 'SELECT 1')).toEqual([1])
  expect(serverPid()).toBeGreaterThan(0)
})

test('a second app on the same data is refused with a sentence, and the first goes on', async () => {
  const first = await start()
  await expect(start()).rejects.toMatchObject({
    code: 'already_running',
    message: `Another hub (hub app, process ${String(process.pid)}) is running on the data in ${dataDir}.`,
  })
  expect(await query(first.url, 'SELECT 1')).toEqual([1])
})

test('two apps that start at once on an empty folder: one has it, the other is refused', async () => {
  const outcomes = await Promise.allSettled([start(), start()])
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(refused?.reason).toMatchObject({ code: 'already_running' })
})

test('a killed app leaves its server behind, and the next one takes that over, and stops it in the end', async () => {
  const killed = await startProcess('app')
  const pid = serverPid()
  await kill(killed.process)
  expect(isAlive(pid)).toBe(true)
  const next = await start()
  expect(serverPid()).toBe(pid)
  expect(await query(next.url, 'SELECT 1')).toEqual([1])
  await next.stop()
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false))
})

test('an app that waits for a dying holder gets its place', async () => {
  const dying = await startProcess('app')
  const waiting = start({ waitForHolderMs: 10_000 })
  await kill(dying.process)
  expect(await query((await waiting).url, 'SELECT 1')).toEqual([1])
})

test('what was committed before app and server were killed is there afterwards', async () => {
  const killed = await startProcess('app')
  await query(killed.said['url'] ?? '', 'CREATE TABLE kept AS SELECT 42 AS answer')
  const pid = serverPid()
  await kill(killed.process)
  process.kill(pid ?? 0, 'SIGKILL')
  const next = await start()
  expect(serverPid()).not.toBe(pid)
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([42])
})

test('a lock file whose number belongs to another program by now is seen through', async () => {
  await (await start()).stop()
  const file = join(dataDir, 'postgres', 'data', 'postmaster.pid')
  writeFileSync(file, `${String(process.pid)}\n${join(dataDir, 'postgres', 'data')}\n1\n5432\n/nowhere\n\n`)
  expect(await query((await start()).url, 'SELECT 1')).toEqual([1])
})

test('a server that dies under a running app comes back at the same address, and is still that app alone', async () => {
  const app = await start()
  await query(app.url, 'CREATE TABLE kept AS SELECT 7 AS answer')
  process.kill(serverPid() ?? 0, 'SIGKILL')
  const appLocks = "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND granted"
  await vi.waitFor(async () => expect(await query(app.url, appLocks)).toEqual([1]), {
    timeout: 15_000,
    interval: 100,
  })
  expect(await query(app.url, 'SELECT answer FROM kept')).toEqual([7])
  await expect(start()).rejects.toMatchObject({ code: 'already_running' })
})

test('a command joins the running app, and leaves it running', async () => {
  const app = await start()
  const command = await start({ as: 'command' })
  expect(command.url).toBe(app.url)
  await command.stop()
  expect(await query(app.url, 'SELECT 1')).toEqual([1])
})

test('a command alone starts the server, and stops it after itself', async () => {
  const command = await start({ as: 'command' })
  const pid = serverPid()
  expect(await query(command.url, 'SELECT 1')).toEqual([1])
  await command.stop()
  expect(isAlive(pid)).toBe(false)
})

test('whoever leaves last stops the server: a command that an app has joined, or an app before its command', async () => {
  const command = await start({ as: 'command' })
  const app = await start()
  await command.stop()
  expect(await query(app.url, 'SELECT 1')).toEqual([1])
  const later = await start({ as: 'command' })
  await app.stop()
  expect(await query(later.url, 'SELECT 1')).toEqual([1])
  const pid = serverPid()
  await later.stop()
  expect(isAlive(pid)).toBe(false)
})

test('stopping twice, or after the server is gone, is no fault', async () => {
  const app = await start()
  await app.stop()
  await app.stop()
})

test('data of another major version are refused and left alone', async () => {
  await (await start()).stop()
  writeFileSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '17\n')
  await expect(start()).rejects.toMatchObject({ code: 'data_of_another_version' })
})

if (!isRoot)
  process.stderr.write('Not run by root: the tests of starting as root and as somebody else are skipped.\n')

describe.skipIf(!isRoot)('as root', () => {
  test('the server runs as a user of its own', async () => {
    await start()
    const owner = statSync(`/proc/${String(serverPid())}`).uid
    expect(owner).toBe(findOrMakeServerUser().uid)
    expect(owner).not.toBe(0)
  })

  test('a folder that only root may enter will do: the data are kept elsewhere, and a file says where', async () => {
    chmodSync(base, 0o700)
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS here')
    await first.stop()
    const elsewhere = readFileSync(join(dataDir, 'postgres-is-kept-in'), 'utf8').trim()
    expect(statSync(elsewhere).mode & 0o777).toBe(0o700)
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
    const second = await start()
    expect(await query(second.url, 'SELECT here FROM kept')).toEqual([1])
    await expect(start()).rejects.toMatchObject({ code: 'already_running' })
  })

  test('a folder that is closed later takes its data along', async () => {
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS here')
    await first.stop()
    chmodSync(base, 0o700)
    expect(await query((await start()).url, 'SELECT here FROM kept')).toEqual([1])
  })

  test('data that were kept elsewhere and are gone stop the start', async () => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'postgres-is-kept-in'), join(base, 'gone'))
    await expect(start()).rejects.toMatchObject({ code: 'data_gone' })
  })

  test("PostgreSQL's files are copied from where its user cannot read them, without the links that npm leaves out", async () => {
    const found = findPackage()
    const closed = join(base, 'closed', 'native')
    cpSync(found.folder, closed, { recursive: true, filter: (path) => !path.endsWith('.so.60') })
    chmodSync(dirname(closed), 0o700)
    const user = findOrMakeServerUser()
    const prepared = prepareNativeFiles(user, () => base, { ...found, folder: closed })
    expect(prepared.folder).toBe(join(base, `postgres-${found.version}`))
    const said = execFileSync(join(prepared.folder, 'bin/postgres'), ['--version'], {
      ...user,
      cwd: '/',
      encoding: 'utf8',
    })
    expect(said).toContain(`PostgreSQL) ${found.version.split('.')[0] ?? ''}.`)
    expect(prepareNativeFiles(user, () => base, { ...found, folder: closed })).toEqual(prepared)
  })
})

describe.skipIf(!nobodyMayRun)('as an ordinary user', () => {
  beforeEach(() => {
    mkdirSync(dataDir)
    chownSync(dataDir, nobody.uid, nobody.gid)
  })

  test('the server runs as that user, also when root comes later', async () => {
    const app = await startProcess('app', nobody)
    await query(app.said['url'] ?? '', 'CREATE TABLE kept AS SELECT 1 AS here')
    expect(statSync(`/proc/${String(serverPid())}`).uid).toBe(nobody.uid)
    expect((await startProcess('app', nobody)).said).toMatchObject({ code: 'already_running' })
    await endInput(app.process)
    expect(await query((await start()).url, 'SELECT here FROM kept')).toEqual([1])
    expect(statSync(`/proc/${String(serverPid())}`).uid).toBe(nobody.uid)
  })

  test("root's data are refused with a sentence", async () => {
    await (await start()).stop()
    expect((await startProcess('app', nobody)).said).toMatchObject({ code: 'data_of_another_user' })
  })
})
