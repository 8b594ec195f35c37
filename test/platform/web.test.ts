import { connect } from 'node:net'
import { once } from 'node:events'
import type { Express } from 'express'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createLog } from '../../src/platform/log.ts'
import {
  createWebApp,
  listen,
  Problem,
  readJson,
  readRawBody,
  type Listening,
} from '../../src/platform/web.ts'

const lines: string[] = []
const log = createLog({
  level: 'info',
  pretty: false,
  destination: { write: (line) => void lines.push(line) },
})

const open: Listening[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close(0)))
  lines.length = 0
})

async function serve(addRoutes: (app: Express) => void): Promise<{ url: string; listening: Listening }> {
  const listening = await listen(createWebApp({ log }, addRoutes), 0, '127.0.0.1')
  open.push(listening)
  return { url: `http://127.0.0.1:${String(listening.port)}`, listening }
}

const echo = (app: Express): void => {
  app.post('/echo', async (request, response) => {
    const body = await readRawBody(request, 1_000)
    response.type('application/octet-stream').send(body)
  })
}

test('a raw body arrives byte by byte as it was sent', async () => {
  const { url } = await serve(echo)
  const bytes = Buffer.from([0, 255, 10, 13, 123, 195, 40])
  const answer = await fetch(`${url}/echo`, {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/json' },
  })
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
})

test('a body of exactly the limit is taken, and one byte more is 413, with its length told or not', async () => {
  const { url } = await serve(echo)
  const post = (body: string | Buffer | ReadableStream): Promise<Response> =>
    fetch(`${url}/echo`, { method: 'POST', body, duplex: 'half' })
  const streamed = (length: number): ReadableStream =>
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.alloc(length))
        controller.close()
      },
    })
  expect((await post(Buffer.alloc(1_000))).status).toBe(200)
  expect((await post(streamed(1_000))).status).toBe(200)
  for (const body of [Buffer.alloc(1_001), streamed(1_001)]) {
    const answer = await post(body)
    expect(answer.status).toBe(413)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await answer.json()).toMatchObject({ status: 413, code: 'too_large' })
  }
})

test('a sender of megabytes sees its 413, somewhat above the limit and far above it', async () => {
  const { url } = await serve(echo)
  const body = (bytes: number): Promise<number> =>
    fetch(`${url}/echo`, { method: 'POST', body: Buffer.alloc(bytes) }).then((answer) => answer.status)
  expect(await body(4_000)).toBe(413)
  const { url: large } = await serve((app) => {
    app.post('/', async (request, response) => {
      response.json((await readRawBody(request, 4 * 1024 * 1024)).length)
    })
  })
  const bytes = Buffer.alloc(4 * 1024 * 1024 + 1)
  for (let attempt = 0; attempt < 10; attempt++)
    expect((await fetch(large, { method: 'POST', body: bytes })).status).toBe(413)
})

test('a compressed body is refused, since the signature is over the plain bytes', async () => {
  const { url } = await serve(echo)
  const answer = await fetch(`${url}/echo`, {
    method: 'POST',
    body: 'x',
    headers: { 'content-encoding': 'gzip' },
  })
  expect(answer.status).toBe(415)
})

test('bad input is told field by field as problem details', async () => {
  const { url } = await serve((app) => {
    app.post('/views', async (request, response) => {
      response.json(await readJson(request, z.object({ items: z.array(z.object({ sku: z.string() })) })))
    })
  })
  const post = (body: string | Buffer | ReadableStream): Promise<Response> =>
    fetch(`${url}/views`, { method: 'POST', body })
  const answer = await post('{"items":[{"sku":"a"},{"sku":5}]}')
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    type: 'about:blank',
    status: 400,
    code: 'invalid_request',
    faults: [{ where: 'items.1.sku', message: 'must be a text' }],
    instance: `urn:request:${String(answer.headers.get('x-request-id'))}`,
  })
  for (const body of ['{"items":', '', Buffer.from([0x22, 0xff, 0x22])]) {
    expect(await (await post(body)).json()).toMatchObject({ status: 400, code: 'bad_json' })
  }
})

test('an unknown path is 404 and broken percent-encoding is 400, never 500', async () => {
  const { url } = await serve((app) => {
    app.get('/shops/:id', (_, response) => response.json({}))
  })
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect((await fetch(`${url}/shops/%E0%A4%A`)).status).toBe(400)
  expect((await fetch(`${url}/nothing?a=%E0%A4%A`)).status).toBe(404)
})

test('a failure of ours is a bare 500: the client gets no stack, the log does, under the same request id', async () => {
  const { url } = await serve((app) => {
    app.get('/broken', () => {
      throw new Error('the inner workings')
    })
  })
  const answer = await fetch(`${url}/broken`, { headers: { 'x-request-id': 'from-the-proxy-1' } })
  const text = await answer.text()
  expect(answer.status).toBe(500)
  expect(text).not.toMatch(/inner workings|\.ts/)
  expect(answer.headers.get('x-request-id')).toBe('from-the-proxy-1')
  expect(lines.join('')).toContain('inner workings')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: 'from-the-proxy-1', path: '/broken' })
})

test('a request id that could spoil a log is replaced', async () => {
  const { url } = await serve(echo)
  const answer = await fetch(url, { headers: { 'x-request-id': 'a b{"level":"error"}' } })
  expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{16}$/)
})

test('an absent database is 503 with a time to come again, so that the sender does', async () => {
  const { url } = await serve((app) => {
    app.get('/:code', (request) => {
      throw Object.assign(new Error('away'), { code: request.params.code, syscall: 'connect' })
    })
    app.get('/pool/ended', () => {
      throw new Error('timeout exceeded when trying to connect')
    })
  })
  for (const path of ['ECONNREFUSED', '57P01', '08006', '53300', 'ENOENT', 'pool/ended']) {
    const answer = await fetch(`${url}/${path}`)
    expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '5'])
  }
  expect((await fetch(`${url}/23505`)).status).toBe(500)
})

test('a problem carries its own headers', async () => {
  const { url } = await serve((app) => {
    app.get('/locked', () => {
      throw new Problem(401, 'no_token', 'A token is needed', { headers: { 'www-authenticate': 'Bearer' } })
    })
  })
  const answer = await fetch(`${url}/locked`)
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

test('closing lets a running request finish and takes no new one', async () => {
  let finish: (() => void) | undefined
  const { url, listening } = await serve((app) => {
    app.get('/slow', (_, response) => {
      finish = () => void response.send('done')
    })
  })
  const running = fetch(`${url}/slow`).then((answer) => answer.text())
  await vi.waitFor(() => expect(finish).toBeDefined())
  const closed = listening.close(10_000)
  await expect(fetch(`${url}/slow`)).rejects.toThrow()
  finish?.()
  expect(await running).toBe('done')
  await closed
})

test('closing cuts off what does not finish in time', async () => {
  const { url, listening } = await serve((app) => {
    app.get('/never', () => undefined)
  })
  const running = fetch(`${url}/never`)
  const failed = expect(running).rejects.toThrow()
  await once(listening.server, 'request')
  await listening.close(50)
  await failed
})

test('an idle connection outlives the 60 s of the usual proxies', async () => {
  const { listening } = await serve(echo)
  expect(listening.server.keepAliveTimeout).toBe(75_000)
  expect(listening.server.headersTimeout).toBeGreaterThan(75_000)
})

test('what is not HTTP at all is answered 400 and harms nobody', async () => {
  const { url, listening } = await serve(echo)
  const socket = connect(listening.port, '127.0.0.1')
  socket.end('NOT HTTP\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /)
  expect((await fetch(`${url}/echo`, { method: 'POST', body: 'still here' })).status).toBe(200)
})

test('a port in use is said in a sentence', async () => {
  const { listening } = await serve(echo)
  const app = createWebApp({ log }, echo)
  await expect(listen(app, listening.port, '127.0.0.1')).rejects.toThrow(
    `Port ${String(listening.port)} is used by another program.`,
  )
})
