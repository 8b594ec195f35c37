import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ChildServer {
  port: number
  /** CPU time this process has used so far. */
  cpuMs(): Promise<number>
  stop(): Promise<void>
}

type Told = { port: number } | { cpuMs: number }

/** Starts a server in a process of its own. The file calls `serveBench` once it listens. */
export async function startChildServer(file: URL, databaseUrl: string): Promise<ChildServer> {
  const child = fork(fileURLToPath(file), [databaseUrl], { execArgv: ['--import', 'tsx'] })
  const hear = async (): Promise<Told> => {
    const heard = new AbortController()
    const { signal } = heard
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${file.pathname} ended with ${String(code)}`)
    })
    try {
      const [told] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Told]
      return told
    } finally {
      heard.abort()
    }
  }
  const listening = await hear()
  if (!('port' in listening)) throw new Error(`${file.pathname} did not say where it listens`)
  return {
    port: listening.port,
    cpuMs: async () => {
      child.send('cpu')
      const told = await hear()
      return 'cpuMs' in told ? told.cpuMs : NaN
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** The child's side: says where it listens, answers for its CPU time, and closes when the benchmark lets go of it. */
export function serveBench(port: number, close: () => Promise<void>): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMs: (user + system) / 1_000 })
  })
  process.on('disconnect', () => void close())
  process.send?.({ port })
}
