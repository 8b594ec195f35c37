import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createWooClient,
  type AuthMode,
  type WooClient,
} from '../../../src/connectors/woocommerce/woo-client.ts'
import { createStandingClock } from '../../../src/platform/clock.ts'
import { createHttpClient } from '../../../src/platform/http-client.ts'
import { createSeededRandom } from '../../../src/platform/random.ts'
import { someMonday } from '../../support/rows.ts'

export interface ShopCall {
  method: string
  path: string
  query: URLSearchParams
  authorization: string | undefined
  body: string
}

/** `text` in place of `body` is sent as it is; nothing at all cuts the connection. */
export type ShopAnswer =
  { status?: number; body?: unknown; text?: string; headers?: Record<string, string> } | undefined

export interface SmallShop extends AsyncDisposable {
  client: WooClient
  storeUrl: string
  calls: ShopCall[]
  pauses: number[]
  /** The most calls that were under way at once. */
  busiest(): number
}

/** A shop on a real port that answers as it is told, and a client for it that waits for nothing between tries. */
export async function createSmallShop(
  answer: (call: ShopCall) => ShopAnswer | Promise<ShopAnswer>,
  authMode: AuthMode = 'basic',
): Promise<SmallShop> {
  const calls: ShopCall[] = []
  const pauses: number[] = []
  let underWay = 0
  let most = 0
  const server = createServer((request, response) => {
    most = Math.max(most, ++underWay)
    response.on('close', () => underWay--)
    void (async () => {
      const call = await readCall(request)
      calls.push(call)
      const said = await answer(call)
      if (said === undefined) return response.destroy()
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers })
      return response.end(said.text ?? JSON.stringify(said.body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const storeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const http = createHttpClient({ baseURL: storeUrl, timeoutMs: 5_000 })
  return {
    client: createWooClient({
      http,
      storeUrl,
      credentials: { consumerKey: 'ck_x', consumerSecret: 'cs_y' },
      authMode,
      clock: createStandingClock(someMonday),
      random: createSeededRandom(1),
      pause: async (ms) => void pauses.push(ms),
    }),
    storeUrl,
    calls,
    pauses,
    busiest: () => most,
    [Symbol.asyncDispose]: async () => {
      http.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readCall(request: IncomingMessage): Promise<ShopCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '/', 'http://shop')
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    authorization: request.headers.authorization,
    body: Buffer.concat(chunks).toString(),
  }
}
