import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './processes.ts'

export interface OwnRedis extends AsyncDisposable {
  url: string
}

/** A Redis of the benchmark's own that keeps nothing; undefined where there is no redis-server. */
export async function startOwnRedis(): Promise<OwnRedis | undefined> {
  if (spawnSync('redis-server', ['--version']).error !== undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-redis-'))
  const port = await freePort()
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (said: Buffer) => {
      if (said.includes('Ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error('redis-server ended before it was ready')))
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
