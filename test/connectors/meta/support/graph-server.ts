import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCloudApi, type CloudApi } from '../../../../src/connectors/meta/cloud-api.ts'
import { createHttpClient } from '../../../../src/platform/http-client.ts'

export interface GraphRequest {
  method: string
  /** Without the version. */
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  /** Parsed JSON; undefined where it was none. */
  body: unknown
  bytes: Buffer
}

export type GraphAnswer =
  | { status?: number; headers?: Readonly<Record<string, string>>; body: unknown }
  /** The connection is cut after the request was read. */
  | 'cut'
  /** Nothing is ever answered. */
  | 'silence'

export interface GraphServer extends AsyncDisposable {
  url: string
  api: CloudApi
  requests: GraphRequest[]
  /** What the next requests are answered; set it as a story goes on. */
  answer: (request: GraphRequest, nth: number) => GraphAnswer | Promise<GraphAnswer>
}

export const testToken = 'EAAG-test-token'

/** A real HTTP server in the place of Meta's, whose answers a test writes itself. */
export async function startGraphServer(
  answer: GraphServer['answer'],
  timeoutMs = 2_000,
): Promise<GraphServer> {
  const server = createServer((request, response) => void respond(graph, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const http = createHttpClient({ baseURL: url, timeoutMs })
  const graph: GraphServer = {
    url,
    api: createCloudApi({ http, accessToken: testToken, version: 'v25.0' }),
    requests: [],
    answer,
    [Symbol.asyncDispose]: async () => {
      http.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return graph
}

async function respond(
  graph: GraphServer,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const address = new URL(message.url ?? '', 'http://graph')
  const request: GraphRequest = {
    method: message.method ?? '',
    path: address.pathname.replace(/^\/v25\.0/, ''),
    query: address.searchParams,
    headers: message.headers,
    body: parse(bytes),
    bytes,
  }
  graph.requests.push(request)
  const answer = await graph.answer(request, graph.requests.length)
  if (answer === 'silence') return
  if (answer === 'cut') {
    message.socket.destroy()
    return
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  response
    .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    .end(text)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

export function graphError(code: number, details = 'details'): GraphAnswer {
  const error = {
    message: `(#${code}) refused`,
    type: 'OAuthException',
    code,
    error_data: { messaging_product: 'whatsapp', details },
  }
  return { status: 400, body: { error } }
}
