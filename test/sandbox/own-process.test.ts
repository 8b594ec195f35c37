import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { loadSandboxConfig } from '../../src/sandbox/sandbox-config.ts'
import { call } from './sandbox-world.ts'

const running: ChildProcess[] = []
const folders: string[] = []
afterEach(() => {
  running.splice(0).forEach((child) => child.kill('SIGKILL'))
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }))
})

interface Greeting {
  url: string
  credentials: { whatsapp: { accessToken: string } }
}

async function startProcess(dataDir: string): Promise<{ child: ChildProcess; greeting: Greeting }> {
  const env = {
    ...process.env,
    SANDBOX_PORT: '0',
    SANDBOX_DATA_DIR: dataDir,
    PUBLIC_URL: 'http://127.0.0.1:9',
  }
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/main.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, greeting: JSON.parse(line) as Greeting }
}

test('killed without a word, the sandbox comes back with everything, its clock and its credentials', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  folders.push(folder)
  const first = await startProcess(folder)
  const at = (path: string) => `${first.greeting.url}/control${path}`
  await call(at('/products/COF-SIDAMA/stock'), 'POST', {}, { quantity: 5 })
  await call(at('/people/p1/writes'), 'POST', {}, { text: 'is it back?' })
  await call(at('/clock'), 'POST', {}, { advanceMinutes: 60 * 24 * 30 })
  const before = (await call(at('/clock'), 'GET', {})).body as { now: string }
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  const { greeting, child } = await startProcess(folder)
  expect(greeting.credentials).toEqual(first.greeting.credentials)
  const read = async (path: string): Promise<unknown> =>
    (await call(`${greeting.url}/control${path}`, 'GET', {})).body
  expect(await read('/products/COF-SIDAMA')).toMatchObject({ stockQuantity: 5 })
  expect(await read('/people/p1/inbox')).toMatchObject([{ shown: 'is it back?' }])
  expect(await read('/webhooks/waiting')).toHaveLength(1)
  expect(await read('/people')).toHaveLength(200)
  const after = new Date(((await read('/clock')) as { now: string }).now).getTime()
  expect(after).toBeGreaterThanOrEqual(new Date(before.now).getTime())
  expect(after).toBeLessThan(new Date(before.now).getTime() + 60_000)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a wrong environment is told with every fault at once', () => {
  expect(() =>
    loadSandboxConfig({ SANDBOX_PORT: 'x', SANDBOX_SEED: 'everything', PUBLIC_URL: 'nowhere' }),
  ).toThrow(/SANDBOX_PORT.*SANDBOX_SEED.*PUBLIC_URL/)
  expect(loadSandboxConfig({ PUBLIC_URL: 'http://hub.example/' })).toMatchObject({
    hubUrl: 'http://hub.example',
    dataDir: null,
    port: 3001,
  })
})

test('a load can be told how it is played by the environment', () => {
  const { options } = loadSandboxConfig({
    SANDBOX_THROUGHPUT: '1000',
    SANDBOX_MESSAGING_LIMIT: 'unlimited',
    SANDBOX_ANSWER_DELAY_MS: '40',
    SANDBOX_BATCH_SIZE: '20',
    SANDBOX_UNKNOWN_PEOPLE: 'arrive',
    SANDBOX_READS: 'no',
    SANDBOX_KEEP_MESSAGES: '20000',
  })
  expect(options).toMatchObject({
    throughputPerSecond: 1_000,
    faults: { answerDelayMs: 40, batchSize: 20 },
    whatsapp: {
      messagingLimit: null,
      unknownPeople: 'arrive',
      unknownPeopleRead: false,
      keepMessages: 20_000,
      webhookConcurrency: 1,
    },
  })
  expect(() => loadSandboxConfig({ SANDBOX_MESSAGING_LIMIT: 'many' })).toThrow(/SANDBOX_MESSAGING_LIMIT/)
})
