import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { endProcess, freePort } from './processes.ts'

export function isRedisInstalled(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

export interface OwnRedis extends AsyncDisposable {
  url: string
  /** kill -9. Nothing is on disk, so that everything in it is gone. */
  kill(): Promise<void>
  start(): Promise<void>
  flush(): Promise<void>
  /** How many keys it holds. */
  size(): Promise<number>
}

/** A Redis of a test's or benchmark's own that keeps nothing. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'hub-redis-'))
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const url = `redis://127.0.0.1:${port}`
  let server: ChildProcess | undefined
  const onRedis = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 })
    redis.on('error', () => undefined)
    const answer = await work(redis)
    redis.disconnect()
    return answer
  }
  const start = async (): Promise<void> => {
    server = spawn('redis-server', args, { stdio: 'ignore' })
    await onRedis((redis) => redis.ping())
  }
  const kill = async (): Promise<void> => {
    if (server !== undefined) await endProcess(server, 'SIGKILL')
    server = undefined
  }
  await start()
  return {
    url,
    kill,
    start,
    flush: async () => {
      await onRedis((redis) => redis.flushall())
    },
    size: () => onRedis((redis) => redis.dbsize()),
    [Symbol.asyncDispose]: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
