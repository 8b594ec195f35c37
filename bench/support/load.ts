import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../src/platform/clock.ts'
import { openConnection, type HttpConnection } from './http-connection.ts'

/** A request ready to be sent, and the id by which it can be looked for afterwards. */
export interface Shot {
  id: string
  request: Buffer
}

export interface LoadResult {
  elapsedMs: number
  /** One for each request that was answered 200. */
  latenciesMs: number[]
  /** Other answers, and connections that broke. */
  errors: number
  acknowledged: string[]
}

export interface LoadOptions {
  port: number
  connections: number
  forMs: number
  /** Makes the next request; none is sent twice. */
  next: () => Shot
}

/** As fast as the answers come: every connection sends its next request when it has the answer to the last one. */
export function loadFlatOut(options: LoadOptions): Promise<LoadResult> {
  return withConnections(options, async (connections, result) => {
    const endMs = monotonicMs() + options.forMs
    const keepSending = async (connection: HttpConnection): Promise<void> => {
      for (let nowMs = monotonicMs(); nowMs < endMs; nowMs = monotonicMs()) {
        if (!(await shoot(connection, options.next(), nowMs, result))) return
      }
    }
    await Promise.all(connections.map(keepSending))
  })
}

/**
 * At a steady rate, whatever the answers do. A request that finds every connection busy waits here, and its latency counts from when
 * it was due: a server that stalls is not spared what would have come meanwhile.
 */
export function loadAtRate(options: LoadOptions & { perSecond: number }): Promise<LoadResult> {
  return withConnections(options, async (connections, result) => {
    const free = [...connections]
    const running = new Set<Promise<void>>()
    const startMs = monotonicMs()
    const total = Math.floor((options.perSecond * options.forMs) / 1_000)
    const sendOne = async (connection: HttpConnection, dueMs: number): Promise<void> => {
      if (await shoot(connection, options.next(), dueMs, result)) free.push(connection)
    }
    for (let sent = 0; sent < total && free.length + running.size > 0;) {
      const due = Math.min(total, Math.floor(((monotonicMs() - startMs) * options.perSecond) / 1_000))
      while (sent < due) {
        const connection = free.pop()
        if (connection === undefined) break
        const send = sendOne(connection, startMs + (sent * 1_000) / options.perSecond)
        running.add(send)
        void send.finally(() => running.delete(send))
        sent += 1
      }
      await delay(1)
    }
    await Promise.all(running)
  })
}

type Work = (connections: HttpConnection[], result: LoadResult) => Promise<void>

async function withConnections(options: LoadOptions, work: Work): Promise<LoadResult> {
  const opening = Array.from({ length: options.connections }, () => openConnection(options.port))
  const connections = await Promise.all(opening)
  const result: LoadResult = { elapsedMs: 0, latenciesMs: [], errors: 0, acknowledged: [] }
  const startMs = monotonicMs()
  try {
    await work(connections, result)
  } finally {
    for (const connection of connections) connection.close()
  }
  result.elapsedMs = monotonicMs() - startMs
  return result
}

/** False when the connection is of no more use. */
async function shoot(
  connection: HttpConnection,
  shot: Shot,
  dueMs: number,
  result: LoadResult,
): Promise<boolean> {
  try {
    const status = await connection.send(shot.request)
    if (status === 200) {
      result.latenciesMs.push(monotonicMs() - dueMs)
      result.acknowledged.push(shot.id)
    } else result.errors += 1
    return true
  } catch {
    result.errors += 1
    return false
  }
}
