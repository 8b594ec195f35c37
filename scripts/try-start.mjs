// Starts the hub the way a newcomer does, with a data folder of its own, waits until it says that it is ready, and stops it with Ctrl-C.
// usage: node --import tsx scripts/try-start.mjs [--within <seconds>] [command and its arguments; otherwise: npm start]
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../bench/support/processes.ts'

const args = process.argv.slice(2)
const withinMs = args[0] === '--within' ? Number(args.splice(0, 2)[1]) * 1000 : 20_000
const [command, ...rest] = args.length > 0 ? args : ['npm', 'start']
const stopWithinMs = 20_000

const dataDir = mkdtempSync(join(tmpdir(), 'hub-start-'))
chmodSync(dataDir, 0o755)
const port = await freePort()
let said = ''
try {
  for (const what of ['the first time', 'again, on the data it kept']) await startAndStop(what)
} catch (error) {
  console.error(`${error.message}\n${said}`)
  process.exitCode = 1
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}

async function startAndStop(what) {
  said = ''
  const startedMs = performance.now()
  // A group of its own, so that the signal reaches npm and the hub alike, as Ctrl-C in a terminal does.
  const child = spawn(command, rest, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: String(port), DATA_DIR: dataDir },
  })
  child.stdout.on('data', (chunk) => (said += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  try {
    await untilReady(ended, startedMs)
    console.log(`ready ${what} after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
    process.kill(-child.pid, 'SIGINT')
    const end = await Promise.race([ended, sleep(stopWithinMs, undefined, { ref: false })])
    if (end === undefined) throw new Error(`It did not stop within ${stopWithinMs / 1000} s.`)
    if (end.code !== 0 && end.code !== 130 && end.signal !== 'SIGINT')
      throw new Error(`It ended with ${JSON.stringify(end)}.`)
    await untilGroupEnded(child.pid)
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
}

/** npm may end before the hub does. */
async function untilGroupEnded(group) {
  for (const startedMs = performance.now(); isThere(group); await sleep(20))
    if (performance.now() - startedMs > stopWithinMs) throw new Error('Something it had started did not end.')
}

function isThere(group) {
  try {
    return process.kill(-group, 0)
  } catch {
    return false
  }
}

async function untilReady(ended, startedMs) {
  let end
  void ended.then((value) => (end = value))
  while (performance.now() - startedMs < withinMs) {
    if (end !== undefined) throw new Error(`It ended before it was ready: ${JSON.stringify(end)}.`)
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (response?.status === 200) return
    await sleep(50)
  }
  throw new Error(`It was not ready within ${withinMs / 1000} s.`)
}
