import { request } from 'node:http'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Database } from '../../src/platform/database.ts'
import { createTestDatabase } from '../support/database.ts'
import {
  countDeliveries,
  createProcessor,
  drain,
  messagesDelivery,
  morning,
  openDoor,
  shopId,
  signMeta,
  signWoo,
  statusesDelivery,
  textMessage,
  wooHeaders,
  type OpenDoor,
  type Place,
} from './intake-world.ts'

const limit = 4 * 1024 * 1024
let db: Database & AsyncDisposable
let door: OpenDoor

beforeAll(async () => {
  db = await createTestDatabase()
})

afterAll(() => db[Symbol.asyncDispose]())

beforeEach(async () => {
  await db.execute('truncate inbox_deliveries, inbox_events')
})

async function metric(name: string): Promise<unknown> {
  const { values } = (await door.metrics.getSingleMetric(name)!.get()) as {
    values: { value: number; labels: Record<string, string> }[]
  }
  return values.map(({ value, labels }) => ({ ...labels, value }))
}

describe.each<Place>(['behind Express', 'in front of Express'])('webhooks, %s', (place) => {
  beforeEach(async () => {
    door = await openDoor(db, place)
    return () => door[Symbol.asyncDispose]()
  })

  describe('the subscription of a webhook address', () => {
    const ask = (query: string): Promise<Response> => fetch(`${door.url}/webhooks/whatsapp?${query}`)

    test('Meta gets its challenge back when it knows the verify token', async () => {
      const answer = await ask('hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444')
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toContain('text/plain')
      expect(await answer.text()).toBe('1158201444')
    })

    test.each([
      ['another token', 'hub.mode=subscribe&hub.verify_token=verify-you&hub.challenge=1'],
      ['a part of the token', 'hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1'],
      ['no token', 'hub.mode=subscribe&hub.challenge=1'],
      [
        'the token twice',
        'hub.mode=subscribe&hub.verify_token=verify-me&hub.verify_token=verify-me&hub.challenge=1',
      ],
      ['another mode', 'hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1'],
      ['no challenge', 'hub.mode=subscribe&hub.verify_token=verify-me'],
      ['nothing at all', ''],
    ])('with %s it is refused', async (_, query) => {
      expect((await ask(query)).status).toBe(403)
    })

    test('an empty configured token lets nobody in', async () => {
      await using open = await openDoor(db, place, { verifyTokens: () => [''] })
      const answer = await fetch(
        `${open.url}/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=&hub.challenge=1`,
      )
      expect(answer.status).toBe(403)
    })
  })

  describe('what is let in', () => {
    test('a signed WhatsApp delivery is stored byte for byte, then acknowledged and worked on', async () => {
      const body = messagesDelivery([textMessage({ from: '351910000001', text: 'olá' })]).replace(
        'á',
        '\\u00e1',
      )
      expect((await door.postMeta(body)).status).toBe(200)
      expect(
        await db.query('select source, shop_id, headers, body, received_at, state from inbox_deliveries'),
      ).toEqual([
        {
          source: 'whatsapp',
          shopId: null,
          headers: null,
          body: Buffer.from(body),
          receivedAt: morning,
          state: 'received',
        },
      ])
      expect(door.woken).toEqual(['inbox'])
    })

    test('any of several known app secrets will do', async () => {
      const body = messagesDelivery([])
      const answer = await door.post('/webhooks/whatsapp', body, {
        'x-hub-signature-256': signMeta(body, 'an older secret'),
      })
      expect(answer.status).toBe(200)
    })

    test('a signed WooCommerce delivery is stored with what its headers say, for the shop of its path', async () => {
      const body = '{"id":11,"name":"Yirgacheffe"}'
      expect((await door.postWoo(body)).status).toBe(200)
      expect(await db.query('select source, shop_id, headers, body from inbox_deliveries')).toEqual([
        {
          source: 'woocommerce',
          shopId,
          headers: {
            topic: 'product.updated',
            webhookId: '2',
            deliveryId: 'd5a2e2ae722163bf56a4fa25025fda30',
            source: 'https://shop.example/',
          },
          body: Buffer.from(body),
        },
      ])
    })

    test('200 deliveries at once are each acknowledged and each stored once, with its own bytes', async () => {
      const bodies = Array.from({ length: 200 }, (_, at) =>
        statusesDelivery([{ id: `wamid.${at}`, status: 'sent' }]),
      )
      const answers = await Promise.all(bodies.map((body) => door.postMeta(body)))
      expect(answers.every(({ status }) => status === 200)).toBe(true)
      const stored = await db.query<{ body: Buffer }>('select body from inbox_deliveries')
      expect(stored.map(({ body }) => body.toString()).sort()).toEqual([...bodies].sort())
      expect(await metric('hub_webhooks_received_total')).toEqual([{ source: 'whatsapp', value: 200 }])
    })

    test("WooCommerce's unsigned ping is answered 200 and counted, not stored", async () => {
      const answer = await door.post('/webhooks/woocommerce/default', 'webhook_id=17', {
        'content-type': 'application/x-www-form-urlencoded',
      })
      expect(answer.status).toBe(200)
      expect(await countDeliveries(db)).toBe(0)
      expect(await metric('hub_webhooks_pings_total')).toEqual([{ source: 'woocommerce', value: 1 }])
    })

    test('a body of exactly 4 MB is taken', async () => {
      const body = messagesDelivery([]).padEnd(limit, ' ')
      expect((await door.postMeta(body)).status).toBe(200)
      expect(await db.query('select octet_length(body) as bytes from inbox_deliveries')).toEqual([
        { bytes: limit },
      ])
    })

    test('broken JSON with a right signature is acknowledged, kept, and ends as a dead letter', async () => {
      expect((await door.postMeta('{"object":"whatsapp_business_account","entry":[')).status).toBe(200)
      expect((await door.postWoo('{"id":11,')).status).toBe(200)
      expect((await door.postWoo(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).status).toBe(200)
      await drain(createProcessor(db, {}))
      expect(await db.query('select state, reason from inbox_deliveries order by id')).toEqual([
        { state: 'dead', reason: 'not_json' },
        { state: 'dead', reason: 'broken_json' },
        { state: 'dead', reason: 'broken_json' },
      ])
    })
  })

  describe('what is refused leaves nothing behind', () => {
    const meta = messagesDelivery([textMessage({ from: '351910000001', text: 'oi' })])
    const right = signMeta(meta)
    const woo = '{"id":11}'
    const rightWoo = signWoo(woo)

    test.each<[string, Record<string, string>]>([
      ['no signature', {}],
      ['an empty signature', { 'x-hub-signature-256': '' }],
      ['the signature of another secret', { 'x-hub-signature-256': signMeta(meta, 'another') }],
      ['the signature of other bytes', { 'x-hub-signature-256': signMeta(`${meta} `) }],
      ['a truncated signature', { 'x-hub-signature-256': right.slice(0, -1) }],
      ['only the prefix', { 'x-hub-signature-256': 'sha256=' }],
      ['the signature without its prefix', { 'x-hub-signature-256': right.slice(7) }],
      ['the signature twice', { 'x-hub-signature-256': `${right}, ${right}` }],
      ['a longer signature', { 'x-hub-signature-256': `${right}00` }],
      ['the old kind of signature', { 'x-hub-signature': right }],
    ])('WhatsApp: %s', async (_, headers) => {
      const answer = await door.post('/webhooks/whatsapp', meta, headers)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(await answer.json()).toMatchObject({ status: 401, code: 'bad_signature' })
      expect(await countDeliveries(db)).toBe(0)
      expect(await metric('hub_webhooks_refused_total')).toEqual([
        { source: 'whatsapp', reason: 'bad_signature', value: 1 },
      ])
    })

    test.each<[string, Record<string, string | string[]>]>([
      ['no signature', { 'x-wc-webhook-signature': [] }],
      ['another signature', { 'x-wc-webhook-signature': signWoo('{"id":12}') }],
      ['a truncated signature', { 'x-wc-webhook-signature': rightWoo.slice(0, -1) }],
      ['the signature in hex', { 'x-wc-webhook-signature': Buffer.from(rightWoo, 'base64').toString('hex') }],
      ['the signature twice', { 'x-wc-webhook-signature': [rightWoo, rightWoo] }],
    ])('WooCommerce: %s', async (_, changed) => {
      expect(await postRaw('/webhooks/woocommerce/default', woo, { ...wooHeaders(woo), ...changed })).toBe(
        401,
      )
      expect(await countDeliveries(db)).toBe(0)
    })

    test('a header sent twice, both right, is no signature', async () => {
      expect(await postRaw('/webhooks/whatsapp', meta, { 'x-hub-signature-256': [right, right] })).toBe(401)
      expect(await countDeliveries(db)).toBe(0)
    })

    test('without a secret there is no service, not even for a right signature of nothing', async () => {
      await using shut = await openDoor(db, place, {
        appSecrets: () => [],
        findShop: async () => ({ id: shopId, wooSecret: null }),
      })
      expect((await shut.postMeta(meta)).status).toBe(401)
      expect((await shut.postWoo(woo)).status).toBe(401)
      await using empty = await openDoor(db, place, {
        appSecrets: () => [''],
        findShop: async () => ({ id: shopId, wooSecret: '' }),
      })
      const signed = { 'x-hub-signature-256': signMeta(meta, '') }
      expect((await empty.post('/webhooks/whatsapp', meta, signed)).status).toBe(401)
      expect((await empty.postWoo(woo)).status).toBe(401)
      expect(await countDeliveries(db)).toBe(0)
    })

    test('an unknown shop is a 404, whatever the signature', async () => {
      const answer = await door.post('/webhooks/woocommerce/nobody', woo, wooHeaders(woo))
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'unknown_shop' })
      expect(await countDeliveries(db)).toBe(0)
    })

    test.each([
      ['letters for the number', 'webhook_id=seventeen', {}],
      ['more than the number', 'webhook_id=17&x=1', {}],
      ['a line after the number', 'webhook_id=17\n', {}],
      ['headers of a webhook', 'webhook_id=17', { 'x-wc-webhook-topic': 'product.updated' }],
    ])('an unsigned ping with %s is none', async (_, body, headers) => {
      expect((await door.post('/webhooks/woocommerce/default', body, headers)).status).toBe(401)
      expect(await metric('hub_webhooks_pings_total')).toEqual([])
    })

    test('one byte more than 4 MB is too large, with its length said or not', async () => {
      const body = messagesDelivery([]).padEnd(limit + 1, ' ')
      expect((await door.postMeta(body)).status).toBe(413)
      expect(await postRaw('/webhooks/whatsapp', body, { 'transfer-encoding': 'chunked' })).toBe(413)
      expect(await countDeliveries(db)).toBe(0)
    })

    test('a body that is cut off is not stored', async () => {
      const sent = request(`${door.url}/webhooks/whatsapp`, {
        method: 'POST',
        headers: { 'content-length': meta.length + 10, 'x-hub-signature-256': right },
      })
      sent.on('error', () => undefined)
      sent.write(meta)
      await expect.poll(() => sent.socket?.bytesWritten ?? 0).toBeGreaterThan(meta.length)
      sent.destroy()
      await expect
        .poll(() => metric('hub_webhooks_refused_total'))
        .toEqual([{ source: 'whatsapp', reason: 'cut_off', value: 1 }])
      expect(await countDeliveries(db)).toBe(0)
    })
  })

  test('while the database is away the answer is 503, and afterwards 200 again', async () => {
    const body = messagesDelivery([textMessage({ from: '351910000001', text: 'oi' })])
    expect((await door.postMeta(body)).status).toBe(200)
    const [{ name }] = (await db.query<{ name: string }>('select current_database() as name')) as [
      { name: string },
    ]
    const admin = new pg.Client({ connectionString: inject('serverUrl') })
    await admin.connect()
    try {
      await admin.query(`alter database ${name} with allow_connections false`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
      const answers = await Promise.all([door.postMeta(body), door.postWoo('{"id":11}')])
      expect(answers.map(({ status }) => status)).toEqual([503, 503])
      expect(Number(answers[0].headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await answers[0].json()).toMatchObject({ status: 503, code: 'unavailable' })
    } finally {
      await admin.query(`alter database ${name} with allow_connections true`)
      await admin.end()
    }
    expect((await door.postMeta(body)).status).toBe(200)
    expect(await countDeliveries(db)).toBe(2)
  })

  test('a secret that cannot be read is not taken for none', async () => {
    await using away = await openDoor(db, place, {
      appSecrets: () => Promise.reject(new Error('Connection terminated')),
    })
    expect((await away.postMeta(messagesDelivery([]))).status).toBe(503)
  })
})

/** For what fetch does not let through: headers sent twice or left out, a body without its length. Resolves with the status. */
function postRaw(path: string, body: string, headers: Record<string, string | string[]>): Promise<number> {
  const given = Object.entries(headers).filter(([, value]) => value.length > 0)
  return new Promise((resolve, reject) => {
    const sent = request(`${door.url}${path}`, { method: 'POST', headers: Object.fromEntries(given) })
    sent.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
