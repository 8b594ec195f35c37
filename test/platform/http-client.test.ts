import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/platform/http-client.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((close) => close()))
})

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function clientFor(port: number, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({
    baseURL: `http://127.0.0.1:${String(port)}/v25.0`,
    timeoutMs: 2_000,
    ...options,
  })
  toClose.push(() => client.close())
  return client
}

async function clientOf(
  listener: RequestListener,
  options: Partial<HttpClientOptions> = {},
): Promise<HttpClient> {
  const server = createServer(listener)
  toClose.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return clientFor(await portOf(server), options)
}

test('an answer has its status, its headers and its parsed body', async () => {
  const client = await clientOf(
    (request, response) => {
      response.setHeader('X-WP-Total', '3').setHeader('set-cookie', ['a=1', 'b=2'])
      response.end(
        JSON.stringify({ asked: request.url, token: request.headers.authorization, method: request.method }),
      )
    },
    { headers: { authorization: 'Bearer t' } },
  )
  const answer = await client.request({
    method: 'GET',
    path: '/me',
    query: { fields: 'id', after: undefined },
  })
  expect(answer).toMatchObject({
    kind: 'answered',
    status: 200,
    headers: { 'x-wp-total': '3', 'set-cookie': 'a=1, b=2' },
    body: { asked: '/v25.0/me?fields=id', token: 'Bearer t', method: 'GET' },
  })
})

test('an error status is an answer like any other', async () => {
  const client = await clientOf((_, response) => response.writeHead(400).end('{"error":{"code":131026}}'))
  expect(await client.request({ method: 'POST', path: '/messages', body: { to: 'x' } })).toMatchObject({
    status: 400,
    body: { error: { code: 131026 } },
  })
})

test('a page that is no JSON is handed on as text, whatever it calls itself', async () => {
  const client = await clientOf((_, response) =>
    response.setHeader('content-type', 'application/json').end('<b>Error</b>'),
  )
  expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({
    kind: 'answered',
    body: '<b>Error</b>',
  })
})

test('an object is sent as JSON and bytes are sent as they are', async () => {
  const client = await clientOf((request, response) => {
    response.setHeader('x-type', request.headers['content-type'] ?? 'none')
    request.pipe(response)
  })
  const sent = await client.request({ method: 'POST', path: '/', body: { a: [1, 'é'] } })
  expect(sent).toMatchObject({ body: { a: [1, 'é'] }, headers: { 'x-type': 'application/json' } })
  const bytes = Buffer.from('{"kept": "as it is" }')
  expect(await client.request({ method: 'POST', path: '/', body: bytes })).toMatchObject({
    body: { kept: 'as it is' },
  })
})

test('a redirect is not followed: it would carry the token to another address', async () => {
  const asked: (string | undefined)[] = []
  const client = await clientOf((request, response) => {
    asked.push(request.url)
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  expect(await client.request({ method: 'GET', path: '/here' })).toMatchObject({
    kind: 'answered',
    status: 302,
  })
  expect(asked).toEqual(['/v25.0/here'])
})

test('a port that nobody listens on is a refusal', async () => {
  const server = createTcpServer()
  const port = await portOf(server)
  await new Promise((resolve) => server.close(resolve))
  expect(await clientFor(port).request({ method: 'GET', path: '/' })).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('ECONNREFUSED') as string,
  })
})

test('a name that does not exist is a refusal', async () => {
  const client = createHttpClient({ baseURL: 'http://no-such-host.invalid', timeoutMs: 5_000 })
  expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({ kind: 'refused' })
})

test('no answer in time leaves it unknown, also when it drips in without an end', async () => {
  const silent = await clientOf(() => undefined, { timeoutMs: 100 })
  expect(await silent.request({ method: 'POST', path: '/' })).toEqual({
    kind: 'unknown',
    reason: 'timed out',
  })
  const dripping = await clientOf(
    (_, response) => {
      const drip = setInterval(() => response.write('.'), 20)
      response.on('close', () => {
        clearInterval(drip)
      })
    },
    { timeoutMs: 200 },
  )
  expect(await dripping.request({ method: 'GET', path: '/' })).toEqual({
    kind: 'unknown',
    reason: 'timed out',
  })
})

test('a connection that is cut after the request began leaves it unknown, before or within the answer', async () => {
  for (const beginning of ['', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":']) {
    const server = createTcpServer((socket: Socket) => {
      socket.once('data', () => {
        socket.write(beginning)
        socket.destroySoon()
      })
    })
    const client = clientFor(await portOf(server))
    expect(await client.request({ method: 'POST', path: '/messages', body: {} })).toMatchObject({
      kind: 'unknown',
    })
    server.close()
  }
})

test('what is told about a failure holds no token', async () => {
  const server = createTcpServer((socket: Socket) => socket.destroy())
  const client = clientFor(await portOf(server), { headers: { authorization: 'Bearer EAAGsecretsecret' } })
  const result = await client.request({
    method: 'GET',
    path: '/',
    query: { access_token: 'EAAGsecretsecret' },
  })
  expect(result.kind).toBe('unknown')
  expect(JSON.stringify(result)).not.toContain('secretsecret')
  server.close()
})

test('an answer above the limit is unknown, and not held in memory', async () => {
  const client = await clientOf((_, response) => response.end('x'.repeat(2_000)), { maxAnswerBytes: 1_000 })
  expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({ kind: 'unknown' })
})
