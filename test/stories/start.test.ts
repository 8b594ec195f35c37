import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freePort } from '../../bench/support/processes.ts'

async function until(isSo: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s`)
    await sleep(100)
  }
}

test(
  'what npm start runs answers a customer by itself, with its own lanes and queue',
  { timeout: 90_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-started-'))
    chmodSync(folder, 0o755)
    const [port, sandboxPort] = [await freePort(), await freePort()]
    const env = {
      ...process.env,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      DATA_DIR: folder,
      LOG_LEVEL: 'error',
    }
    const hub = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise<number | null>((resolve) => hub.once('exit', resolve))
    let said = ''
    hub.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    try {
      const control = `http://127.0.0.1:${sandboxPort}/control/people/p1`
      await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok)
      await until(
        async () => (await fetch(`${control}/writes`, { method: 'POST', body: '{"text":"START"}' })).ok,
      )
      let shown: string[] = []
      await until(async () => {
        const inbox = (await (await fetch(`${control}/inbox`)).json()) as {
          direction: string
          shown: string
        }[]
        shown = inbox.filter((message) => message.direction === 'to_person').map((message) => message.shown)
        return shown.length > 0
      })
      expect(shown).toEqual([expect.stringContaining('Alfama Roasters')])
      await until(() => Promise.resolve(said.includes('SANDBOX')))
      hub.kill('SIGINT')
      expect(await ended).toBe(0)
    } finally {
      hub.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test('a wrong environment lists every fault and ends with 1', async () => {
  const env = {
    ...process.env,
    PORT: '99999',
    SHOP_CURRENCY: 'euros',
    ROLES: 'cook',
    WHATSAPP_ACCESS_TOKEN: 'x',
  }
  const hub = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  hub.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  expect(await new Promise((resolve) => hub.once('exit', resolve))).toBe(1)
  for (const variable of ['PORT', 'SHOP_CURRENCY', 'ROLES', 'WHATSAPP_APP_SECRET'])
    expect(said).toContain(`- ${variable} `)
  expect(said).not.toContain('    at ')
})
