import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseWhatsAppDelivery } from '../../../src/connectors/meta/parse-webhook.ts'
import type { MetaUpdate } from '../../../src/connectors/meta/webhook-types.ts'
import { hasFixtures, listDeliveries, readFixture } from './fixtures.ts'

const receivedAt = new Date('2026-03-02T12:00:00Z')
const origin = { wabaId: 'waba-1', phoneNumberId: 'number-1' }

function parse(delivery: unknown): MetaUpdate[] {
  const parsed = parseWhatsAppDelivery(Buffer.from(JSON.stringify(delivery)), receivedAt)
  if (parsed.kind === 'broken') throw new Error(parsed.reason)
  return parsed.updates
}

function deliver(...values: object[]): { object: string; entry: unknown[] } {
  const changes = values.map((value) => ({
    field: 'messages',
    value: { messaging_product: 'whatsapp', metadata: { phone_number_id: 'number-1' }, ...value },
  }))
  return { object: 'whatsapp_business_account', entry: [{ id: 'waba-1', changes }] }
}

const text = (id: string): object => ({
  from: '16505551234',
  id,
  timestamp: '1749416383',
  type: 'text',
  text: { body: id },
})
const status = (id: string): object => ({
  id,
  status: 'sent',
  timestamp: '1750030073',
  recipient_id: '16505551234',
})

describe('a delivery', () => {
  test('is read to its end: every entry, every change, every message, status and error, in their order', () => {
    const first = deliver(
      { messages: [text('m1'), text('m2')], statuses: [status('s1')] },
      { statuses: [status('s2'), status('s3')], errors: [{ code: 130429, title: 'Rate limit hit' }] },
    )
    const second = deliver({ messages: [text('m3')] })
    const updates = parse({ ...first, entry: [...first.entry, ...second.entry] })
    expect(updates.map((update) => ('id' in update ? update.id : update.kind))).toEqual([
      'm1', 'm2', 's1', 's2', 's3', 'value_error', 'm3',
    ]) // prettier-ignore
  })

  test('loses nothing but the part that is malformed', () => {
    const odd = [null, 7, 'text', [], {}, { id: '' }, { id: 'no-sender' }, { from: 'no id', type: 'text' }]
    const updates = parse(
      deliver({
        messages: [text('m1'), ...odd, text('m2')],
        statuses: [null, status('s1'), { status: 'sent' }],
      }),
    )
    expect(updates.filter((update) => update.kind === 'message').map((update) => update.id)).toEqual([
      'm1',
      'm2',
    ])
    expect(updates.filter((update) => update.kind === 'status').map((update) => update.id)).toEqual(['s1'])
    expect(updates.filter((update) => update.kind === 'unknown')).toHaveLength(odd.length + 2)
  })

  test('keeps what it does not understand, with a reason and as it was sent', () => {
    expect(parse(deliver({ messages: [{ id: 'm1' }] }))).toEqual([
      { kind: 'unknown', origin, reason: 'message_without_sender', raw: '{"id":"m1"}' },
    ])
    expect(parse({ object: 'whatsapp_business_account', entry: [null, { id: 'waba-2' }] })).toMatchObject([
      { kind: 'unknown', reason: 'entry_without_changes', raw: 'null' },
      { kind: 'unknown', reason: 'entry_without_changes', origin: { wabaId: 'waba-2' } },
    ])
    expect(parse(deliver({}))).toMatchObject([{ kind: 'unknown', reason: 'nothing_known_in_messages' }])
    expect(parse(deliver({ messages: { id: 'm1' } }))).toMatchObject([
      { kind: 'unknown', reason: 'not_a_list' },
    ])
  })

  test('with a field nobody here knows yet keeps its value', () => {
    const entry = [{ id: 'waba-1', time: 1751247548, changes: [{ field: 'brand_new', value: { a: [1] } }] }]
    expect(parse({ object: 'whatsapp_business_account', entry })).toEqual([
      {
        kind: 'field',
        origin: { wabaId: 'waba-1', phoneNumberId: undefined },
        field: 'brand_new',
        value: { a: [1] },
        at: new Date(1751247548_000),
      },
    ])
  })

  test.each([
    ['not JSON', 'hello', 'not_json'],
    ['nothing', '', 'not_json'],
    ['a list', '[]', 'not_whatsapp'],
    ['of a page', '{"object":"page","entry":[]}', 'not_whatsapp'],
    ['without entries', '{"object":"whatsapp_business_account"}', 'no_entries'],
  ])('that is %s is broken', (_, body, reason) => {
    expect(parseWhatsAppDelivery(Buffer.from(body), receivedAt)).toEqual({ kind: 'broken', reason })
  })

  test('nested deeper than any stack costs only its own part', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    const body = JSON.stringify(
      deliver({ messages: [text('m1'), { ...text('m2'), odd: 'DEEP' }, text('m3')] }),
    )
    const parsed = parseWhatsAppDelivery(Buffer.from(body.replace('"DEEP"', deep)), receivedAt)
    expect(parsed).toMatchObject({
      updates: [{ id: 'm1' }, { kind: 'unknown', reason: 'unreadable', raw: '' }, { id: 'm3' }],
    })
  })
})

describe('a message', () => {
  const only = (message: object, value: object = {}): MetaUpdate =>
    parse(deliver({ ...value, messages: [message] }))[0]!

  test.each([
    ['text', '1749416383', '2025-06-08T20:59:43.000Z'],
    ['a number', 1749416383, '2025-06-08T20:59:43.000Z'],
    ['a placeholder', '<MESSAGE_SEND_TIMESTAMP>', receivedAt.toISOString()],
    ['milliseconds', '1749416383000', receivedAt.toISOString()],
    ['missing', undefined, receivedAt.toISOString()],
  ])('whose time is %s is a message all the same', (_, timestamp, expected) => {
    expect(only({ ...text('m1'), timestamp })).toMatchObject({ kind: 'message', at: new Date(expected) })
  })

  test('without a readable time takes the one of its entry before ours', () => {
    const delivery = deliver({ messages: [{ ...text('m1'), timestamp: 'soon' }] })
    const entry = [{ ...(delivery.entry[0] as object), time: 1751247548 }]
    expect(parse({ ...delivery, entry })).toMatchObject([{ at: new Date(1751247548_000) }])
  })

  test('of a type that is not known yet is a message with its raw form', () => {
    const message = { from: '1', id: 'm1', timestamp: '1749416383', type: 'hologram', hologram: { size: 3 } }
    expect(only(message)).toMatchObject({ kind: 'message', type: 'hologram', raw: JSON.stringify(message) })
  })

  test('takes the second id of its sender, and the name, from the contacts of its change', () => {
    const contacts = [
      { wa_id: '999', user_id: 'US.9', profile: { name: 'Somebody else' } },
      { wa_id: '16505551234', user_id: 'US.1', profile: { name: 'Sheena' } },
    ]
    expect(only(text('m1'), { contacts })).toMatchObject({ fromUserId: 'US.1', profileName: 'Sheena' })
    expect(only({ id: 'm2', from_user_id: 'US.9', type: 'text' }, { contacts })).toMatchObject({
      from: '999',
      profileName: 'Somebody else',
    })
  })

  test('with an order keeps the lines that can be read', () => {
    const product_items = [
      { product_retailer_id: 'a', quantity: 2, item_price: 30 },
      { product_retailer_id: '', quantity: 1 },
      { product_retailer_id: 'b', quantity: 0 },
      null,
      { product_retailer_id: 77, quantity: '3' },
    ]
    const order = { catalog_id: 'c', product_items }
    expect(only({ from: '1', id: 'm1', type: 'order', order })).toMatchObject({
      order: {
        catalogId: 'c',
        items: [
          { retailerId: 'a', quantity: 2 },
          { retailerId: '77', quantity: 3 },
        ],
      },
    })
  })
})

describe.skipIf(!hasFixtures)('Meta’s documented examples', () => {
  const updates = (name: string): MetaUpdate[] => {
    const parsed = parseWhatsAppDelivery(readFixture(name), receivedAt)
    if (parsed.kind === 'broken') throw new Error(parsed.reason)
    return parsed.updates
  }

  test.each(hasFixtures ? listDeliveries() : [])('%s is understood in every part', (name) => {
    const found = updates(name)
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((update) => update.kind === 'unknown')).toEqual([])
  })

  test.each([
    ['messages.text', { type: 'text', from: '16505551234', text: 'Does it come in another color?', profileName: 'Sheena Nelson' }],
    ['messages.text.bsuid_only_no_phone', { from: undefined, fromUserId: 'US.13491208655302741918' }],
    ['messages.text.referred_product', { referredProduct: { catalogId: '194836987003835', retailerId: 'di9ozbzfi4' }, text: 'Is this still available?' }],
    ['messages.text.ctwa_referral', { type: 'text', text: 'Hello! Can I get more info on this?' }],
    ['messages.button.template_quick_reply', { type: 'button', text: 'Unsubscribe', buttonId: 'Unsubscribe', contextId: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJFNjk2OTMwNEZCQjhGMzUyQUYA' }],
    ['messages.interactive.button_reply', { buttonId: 'cancel-button', text: 'Cancel' }],
    ['messages.interactive.list_reply', { buttonId: 'priority_express', text: 'Priority Mail Express' }],
    ['messages.interactive.nfm_reply', { type: 'interactive', text: 'Sent', at: receivedAt }],
    ['messages.image', { type: 'image', text: 'Taj Mahal' }],
    ['messages.location', { type: 'location', text: undefined }],
    ['messages.contacts', { type: 'contacts', profileName: 'Sheena Nelson' }],
    ['messages.reaction', { type: 'reaction', contextId: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI0RTJEOTc2ODVERUY5RDlGNkYA' }],
    ['messages.order', { text: undefined, order: { catalogId: '194836987003835', items: [{ retailerId: 'di9ozbzfi4', quantity: 2 }, { retailerId: 'nqryix03ez', quantity: 1 }] } }],
    ['messages.order.mpm_no_text', { order: { catalogId: '1537566713439863', items: [{ retailerId: 'n6k6x0y7oe', quantity: 1 }] } }],
    ['messages.system.user_changed_number', { from: '16505551234', system: { type: 'user_changed_number', newWaId: '12195555358', newUserId: undefined } }],
    ['assembled/messages.system.user_changed_user_id', { system: { type: 'user_changed_user_id', newWaId: '12195555358', newUserId: 'US.13491208655302741919' } }],
    ['messages.unsupported.edit', { type: 'unsupported', errors: [{ code: 131051, title: 'Message type unknown', details: 'Message type is currently not supported.' }] }],
    ['statuses.sent.marketing', { kind: 'status', status: 'sent', pricing: { type: 'regular', category: 'marketing' }, recipientId: '16505551234' }],
    ['statuses.delivered.bsuid_only_no_phone', { status: 'delivered', recipientId: undefined, recipientUserId: 'US.13491208655302741918' }],
    ['statuses.failed.131049', { status: 'failed', errors: [{ code: 131049 }], pricing: undefined }],
    ['assembled/statuses.read.free_customer_service', { status: 'read', callbackData: '1744434060', pricing: { type: 'free_customer_service', category: 'service' } }],
    ['user_preferences.resume', { kind: 'user_preference', value: 'resume', waId: '16505551234', category: 'marketing_messages', at: new Date(1731705721_000) }],
    ['assembled/user_preferences.stop', { kind: 'user_preference', value: 'stop' }],
    ['assembled/user_id_update', { kind: 'user_id_update', previousUserId: 'US.13491208655302741918', currentUserId: 'US.13491208655302741919', waId: '12195555358' }],
    ['messages.value_errors.130429', { kind: 'value_error', errors: [{ code: 130429 }] }],
    ['message_template_status_update.rejected', { kind: 'field', field: 'message_template_status_update', at: new Date(1751247548_000), value: { event: 'REJECTED' } }],
    ['account_update.account_restriction', { kind: 'field', field: 'account_update', origin: { wabaId: '102290129340398', phoneNumberId: undefined } }],
  ])('%s says what it says', (name, expected) => {
    expect(updates(name)).toMatchObject([expected])
  }) // prettier-ignore

  test('with anything in any place, the parser answers and the intact messages beside it are kept', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...listDeliveries()),
        fc.infiniteStream(fc.nat()),
        fc.jsonValue(),
        (name, picks, junk) => {
          const mutated = replaceSomewhere(
            JSON.parse(readFixture(name).toString()) as Json,
            picks,
            junk as Json,
          )
          const entry = [
            ...deliver({ messages: [text('before')] }).entry,
            ...entriesOf(mutated),
            ...deliver({ messages: [text('after')] }).entry,
          ]
          const ids = parse({ object: 'whatsapp_business_account', entry }).flatMap((update) =>
            'id' in update ? [update.id] : [],
          )
          expect([ids.at(0), ids.at(-1)]).toEqual(['before', 'after'])
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('whatever arrives, the parser never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((entry) => JSON.stringify({ object: 'whatsapp_business_account', entry })),
      ),
      (body) => {
        expect(['parsed', 'broken']).toContain(parseWhatsAppDelivery(Buffer.from(body), receivedAt).kind)
      },
    ),
  )
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(parseWhatsAppDelivery(Buffer.from(bytes), receivedAt).kind).toBe('broken')
    }),
  )
})

test('whatever stands in the lists of a change, each part becomes exactly one update', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), (messages, statuses) => {
      const updates = parse(deliver({ messages, statuses }))
      expect(updates).toHaveLength(Math.max(1, messages.length + statuses.length))
    }),
  )
})

type Json = null | string | number | boolean | Json[] | { [key: string]: Json }

/** Puts `junk` in the place of one value of the tree, chosen by walking down. */
function replaceSomewhere(tree: Json, picks: Iterator<number>, junk: Json): Json {
  if (typeof tree !== 'object' || tree === null) return junk
  const keys = Object.keys(tree)
  const pick = (picks.next().value as number) % (keys.length + 1)
  const key = keys[pick]
  if (key === undefined) return junk
  const copy = structuredClone(tree) as Record<string, Json>
  copy[key] = replaceSomewhere(copy[key]!, picks, junk)
  return copy
}

function entriesOf(delivery: Json): unknown[] {
  const entry = (delivery as { entry?: unknown } | null)?.entry
  return Array.isArray(entry) ? (entry as unknown[]) : [entry ?? null]
}
