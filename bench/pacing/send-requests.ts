import { createCloudApi } from '../../src/connectors/meta/cloud-api.ts'
import { mostUnderWay } from '../../src/outbox/sender.ts'
import { createHttpClient } from '../../src/platform/http-client.ts'

/** What a sender process of this benchmark is told. */
export interface SenderTask {
  /** Of the server that answers. */
  port: number
  forMs: number
  perSecond: number
  databaseUrl: string
  redisUrl: string | undefined
}

export interface Requests {
  /** Begins a request, and notes when: milliseconds of the machine's monotonic clock, which all processes share. */
  start(): void
  startsMs: number[]
  /** Resolves when all are answered. */
  end(): Promise<void>
}

/** The hub's own Cloud API client, with as many connections as its sender has, so that a request costs what it costs. */
export function createRequests(port: number): Requests {
  const http = createHttpClient({
    baseURL: `http://127.0.0.1:${port}`,
    timeoutMs: 15_000,
    maxSockets: mostUnderWay,
  })
  const api = createCloudApi({ http, accessToken: 'bench', version: 'v25.0' })
  const underWay = new Set<Promise<unknown>>()
  const startsMs: number[] = []
  return {
    startsMs,
    start: () => {
      startsMs.push(Number(process.hrtime.bigint()) / 1e6)
      const one = api
        .send('1', {
          recipient: { kind: 'number', number: '+351912345678' },
          content: { kind: 'text', body: 'Hello' },
          callbackData: String(startsMs.length),
        })
        .finally(() => underWay.delete(one))
      underWay.add(one)
    },
    end: async () => {
      await Promise.all(underWay)
      http.close()
    },
  }
}

/** The child's side: does what it is told once all are ready, and answers with when its requests began. */
export function serveSender(run: (task: SenderTask, requests: Requests) => Promise<void>): void {
  process.once('message', (task: SenderTask) => {
    const requests = createRequests(task.port)
    run(task, requests)
      .then(() => requests.end())
      .then(() => process.send?.({ startsMs: requests.startsMs }, () => process.disconnect()))
      .catch((thrown: unknown) => {
        console.error(thrown)
        process.exit(1)
      })
  })
  process.send?.('ready')
}
