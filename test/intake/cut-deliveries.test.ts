import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseWhatsAppDelivery } from '../../src/connectors/meta/parse-webhook.ts'
import { cutWhatsAppUpdates } from '../../src/intake/cut-whatsapp.ts'
import { cutWooCommerceDelivery } from '../../src/intake/cut-woocommerce.ts'
import type { ReceivedDelivery, WooHeaders } from '../../src/intake/delivery.ts'
import { readMetaUpdate, readWooEvent } from '../../src/intake/event-payload.ts'
import type { NewEvent } from '../../src/intake/new-event.ts'

const noon = new Date('2026-03-02T12:00:00Z')
const headers: WooHeaders = { topic: 'product.updated', webhookId: '2', deliveryId: 'd5', source: '' }

function fromShop(body: string | Buffer, changed: Partial<WooHeaders> = {}): ReceivedDelivery {
  return {
    id: 9,
    source: 'woocommerce',
    shopId: 3,
    headers: { ...headers, ...changed },
    body: Buffer.from(body),
    receivedAt: noon,
  }
}

function cutOne(delivery: ReceivedDelivery): NewEvent {
  const cut = cutWooCommerceDelivery(delivery)
  if (cut.kind === 'dead') throw new Error(cut.reason)
  return cut.events[0]!
}

function cutMeta(body: string | Buffer, shopOf: () => number | undefined = () => 3): NewEvent[] {
  const parsed = parseWhatsAppDelivery(Buffer.from(body), noon)
  if (parsed.kind === 'broken') return []
  const delivery: ReceivedDelivery = {
    id: 9,
    source: 'whatsapp',
    shopId: null,
    headers: null,
    body: Buffer.from(body),
    receivedAt: noon,
  }
  return cutWhatsAppUpdates(delivery, parsed.updates, shopOf)
}

describe('WooCommerce', () => {
  test("a product's versions share a lane, in the order of arrival, whatever time they carry", () => {
    const bodies = ['{"id":11,"date_modified_gmt":"2026-11-20T23:53:48"}', '{"id":11}']
    for (const body of bodies) {
      expect(cutOne(fromShop(body))).toMatchObject({
        shopId: 3,
        kind: 'product',
        lane: 'product:3:11',
        sequence: noon.getTime(),
        state: 'waiting',
      })
    }
  })

  test.each([
    ['order.created', 'order', 'order:3:11'],
    ['customer.updated', 'customer', 'customer:3:11'],
    ['coupon.created', 'coupon', 'coupon:3:11'],
    ['action.woocommerce_add_to_cart', 'other', null],
    ['', 'other', null],
  ])('the topic %j makes the kind %s', (topic, kind, lane) => {
    expect(cutOne(fromShop('{"id":11}', { topic }))).toMatchObject({ kind, lane })
  })

  test('a signed body that is no object of its topic is an event all the same, in no lane', () => {
    for (const body of [
      '{"code":"rest_no_route"}',
      '[]',
      '"x"',
      'null',
      '{"id":"11"}',
      '{"id":-1}',
      '{"id":1.5}',
    ])
      expect(cutOne(fromShop(body))).toMatchObject({ kind: 'product', lane: null, state: 'waiting' })
  })

  test('one second, one webhook, one delivery id: two products are two events, two hearings of one are one', () => {
    const key = (body: string, changed: Partial<WooHeaders> = {}) => cutOne(fromShop(body, changed)).dedupeKey
    expect(key('{"id":11}')).toBe(key('{"id":11}'))
    expect(key('{"id":12}')).not.toBe(key('{"id":11}'))
    expect(key('{"id":11,"x":1}')).not.toBe(key('{"id":11}'))
    // Trashed, restored, trashed again: the same bytes a while later.
    expect(key('{"id":11}', { deliveryId: 'd6' })).not.toBe(key('{"id":11}'))
  })

  test('the body is handed on as it came', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (body, topic) => {
        const event = cutOne(fromShop(body, { topic }))
        expect(readWooEvent(event.payload)).toEqual({ topic, body })
      }),
    )
  })

  test('bytes that are no JSON are a dead letter, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const cut = cutWooCommerceDelivery(fromShop(Buffer.from(bytes)))
        if (cut.kind === 'dead') expect(cut.reason).toBe('broken_json')
      }),
    )
  })
})

describe('WhatsApp', () => {
  const delivery = (value: object): string =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '100',
          changes: [{ field: 'messages', value: { metadata: { phone_number_id: '200' }, ...value } }],
        },
      ],
    })

  test('a status needs no order; its key is the message and what became of it', () => {
    const [event] = cutMeta(
      delivery({ statuses: [{ id: 'wamid.1', status: 'read', timestamp: '1772452800' }] }),
    )
    expect(event).toMatchObject({ kind: 'status', lane: null, dedupeKey: 's:wamid.1:read', shopId: 3 })
  })

  test('a person known only by a user id has a lane too', () => {
    const [event] = cutMeta(
      delivery({
        messages: [
          { id: 'wamid.1', from_user_id: 'US.1', timestamp: '1772452800', type: 'text', text: { body: 'x' } },
        ],
      }),
    )
    expect(event).toMatchObject({ lane: 'person:3:US.1', sequence: 1_772_452_800_000 })
  })

  test('what anybody may write into a delivery makes keys, lanes and reasons that PostgreSQL takes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant('\0'),
      fc.constant('\ud800'),
      fc.string({ minLength: 400 }),
    )
    const message = fc.record(
      { id: text, from: text, timestamp: text, type: text, text: fc.record({ body: text }) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(message, fc.anything())), (messages) => {
        const events = cutMeta(
          JSON.stringify({ ...JSON.parse(delivery({})), ...JSON.parse(delivery({ messages })) }),
        )
        for (const event of events) {
          for (const stored of [event.kind, event.lane, event.dedupeKey, event.reason, event.payload])
            expect(stored ?? '').not.toMatch(/[\0\p{Surrogate}]/u)
          for (const indexed of [event.lane, event.dedupeKey])
            expect((indexed ?? '').length).toBeLessThanOrEqual(300)
          expect(Number.isSafeInteger(event.sequence)).toBe(true)
        }
      }),
    )
  })
})

const fixtures = process.env.FIXTURES_DIR ?? '../shared/fixtures'
const haveFixtures = existsSync(fixtures)
if (!haveFixtures)
  process.stderr.write(`Skipped: recorded deliveries are not at ${fixtures} (FIXTURES_DIR)\n`)

describe.skipIf(!haveFixtures)('recorded deliveries', () => {
  test('every one of WooCommerce, pings aside, is one event, and none has the key of another', () => {
    const folder = join(fixtures, 'woocommerce')
    const recorded = readdirSync(folder)
      .filter((name) => name.endsWith('.headers.json'))
      .map((name) => ({
        given: (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { headers: Record<string, string> })
          .headers,
        body: readFileSync(join(folder, name.replace('.headers.json', '.body'))),
      }))
      .filter(({ given }) => given['x-wc-webhook-topic'] !== undefined)
    const events = recorded.map(({ given, body }) =>
      cutOne(
        fromShop(body, {
          topic: given['x-wc-webhook-topic']!,
          webhookId: given['x-wc-webhook-id']!,
          deliveryId: given['x-wc-webhook-delivery-id']!,
        }),
      ),
    )
    expect(events.length).toBeGreaterThan(100)
    expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(events.length)
    expect(events.filter(({ kind }) => kind === 'other')).toEqual([])
  })

  test('every one of Meta becomes events that say what was parsed, none of them not understood', () => {
    const folder = join(fixtures, 'whatsapp')
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    for (const name of names) {
      const body = readFileSync(join(folder, name))
      const parsed = parseWhatsAppDelivery(body, noon)
      const events = cutMeta(body)
      expect(events.length, name).toBeGreaterThan(0)
      expect(
        events.map(({ kind }) => kind),
        name,
      ).not.toContain('unknown')
      expect(parsed.kind === 'parsed' && parsed.updates, name).toMatchObject(
        events.map(({ payload }) => readMetaUpdate(payload)),
      )
    }
  })
})
