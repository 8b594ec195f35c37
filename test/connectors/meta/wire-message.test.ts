import { expect, test } from 'vitest'
import fc from 'fast-check'
import { encodeUrlSuffix, toWire, type OutgoingContent } from '../../../src/connectors/meta/wire-message.ts'

const to = { kind: 'number', number: '+16505551234' } as const
const wire = (content: OutgoingContent): Record<string, unknown> =>
  toWire({ recipient: to, content, callbackData: 'cb-1' })

test('a text goes as Meta documents it, with our id to be echoed', () => {
  expect(wire({ kind: 'text', body: 'Hello' })).toEqual({
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: '+16505551234',
    type: 'text',
    text: { body: 'Hello', preview_url: false },
    biz_opaque_callback_data: 'cb-1',
  })
})

test('a number always goes with its +, or Meta would put our own country code in front', () => {
  const message = { content: { kind: 'text', body: 'x' } as const, callbackData: 'cb' }
  expect(toWire({ ...message, recipient: { kind: 'number', number: '16505551234' } })).toMatchObject({
    to: '+16505551234',
  })
})

test('a person without a number is addressed by the business-scoped id alone', () => {
  const sent = toWire({
    recipient: { kind: 'bsuid', bsuid: 'US.134' },
    content: { kind: 'text', body: 'x' },
    callbackData: 'cb',
  })
  expect(sent).toMatchObject({ recipient: 'US.134' })
  expect(sent).not.toHaveProperty('to')
})

test('reply buttons', () => {
  expect(wire({ kind: 'buttons', body: 'Sure?', buttons: [{ id: 'yes', title: 'Yes' }] })).toMatchObject({
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: 'Sure?' },
      action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Yes' } }] },
    },
  })
})

test('a template with picture, named parameters, link and opt-out button', () => {
  const sent = wire({
    kind: 'template',
    name: 'back_in_stock',
    language: 'pt_BR',
    header: { media: 'image', source: { link: 'https://shop.example/a.jpg' } },
    parameters: [
      { name: 'first_name', text: 'Ana' },
      { name: 'price', text: 'R$ 10' },
    ],
    buttons: [
      { kind: 'url', index: 0, suffix: 'produto/café com leite/' },
      { kind: 'quick_reply', index: 1, payload: 'HUB_OPT_OUT' },
    ],
  })
  expect(sent.type).toBe('template')
  expect(sent.template).toEqual({
    name: 'back_in_stock',
    language: { code: 'pt_BR' },
    components: [
      { type: 'header', parameters: [{ type: 'image', image: { link: 'https://shop.example/a.jpg' } }] },
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'first_name', text: 'Ana' },
          { type: 'text', parameter_name: 'price', text: 'R$ 10' },
        ],
      },
      {
        type: 'button',
        sub_type: 'url',
        index: '0',
        parameters: [{ type: 'text', text: 'produto/caf%C3%A9%20com%20leite/' }],
      },
      {
        type: 'button',
        sub_type: 'quick_reply',
        index: '1',
        parameters: [{ type: 'payload', payload: 'HUB_OPT_OUT' }],
      },
    ],
  })
})

test('a code to copy goes in the button that copies it', () => {
  const buttons = [
    { kind: 'copy_code' as const, index: 0, code: 'k7mq2xv9' },
    { kind: 'url' as const, index: 1, suffix: 'Yk3vQ0aZ' },
  ]
  const sent = wire({ kind: 'template', name: 'loyalty_reward', language: 'en', parameters: [], buttons })
  expect(sent).toHaveProperty('template.components', [
    {
      type: 'button',
      sub_type: 'copy_code',
      index: '0',
      parameters: [{ type: 'coupon_code', coupon_code: 'k7mq2xv9' }],
    },
    { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'Yk3vQ0aZ' }] },
  ])
})

test('positional parameters go without names, and a template without any without components', () => {
  const template = { kind: 'template' as const, name: 't', language: 'en', buttons: [] }
  const parameters = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ]
  const sent = wire({ ...template, parameters: [{ text: 'a' }, { text: 'b' }] })
  expect(sent).toHaveProperty('template.components', [{ type: 'body', parameters }])
  expect(wire({ ...template, parameters: [] }).template).toEqual({ name: 't', language: { code: 'en' } })
})

test.each([
  ['product/shirt/?utm_source=whatsapp&x=1#top', 'product/shirt/?utm_source=whatsapp&x=1#top'],
  ['/product/shirt', 'product/shirt'],
  ['caf%C3%A9', 'caf%C3%A9'],
  ['100%', '100%25'],
  ['a "b" <c>', 'a%20%22b%22%20%3Cc%3E'],
  ['\ud83d', '%EF%BF%BD'],
  ['👕', '%F0%9F%91%95'],
])('the end of a link %s is encoded once: %s', (suffix, expected) => {
  expect(encodeUrlSuffix(suffix)).toBe(expected)
})

test('encoding what is encoded changes nothing, and the result is always an address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (suffix) => {
      const encoded = encodeUrlSuffix(suffix)
      expect(encodeUrlSuffix(encoded)).toBe(encoded)
      expect(encoded).toMatch(/^[\x21-\x7e]*$/)
    }),
  )
})

test.each([
  [
    { kind: 'media', media: 'image', source: { id: '123' }, caption: 'New' },
    { type: 'image', image: { id: '123', caption: 'New' } },
  ],
  [
    { kind: 'media', media: 'video', source: { link: 'https://shop.example/a.mp4' } },
    { type: 'video', video: { link: 'https://shop.example/a.mp4' } },
  ],
  [
    { kind: 'media', media: 'document', source: { id: '9' }, fileName: 'Sizes.pdf' },
    { type: 'document', document: { id: '9', filename: 'Sizes.pdf' } },
  ],
] as const)('media by id or by link: %o', (content, sent) => {
  expect(wire(content)).toMatchObject(sent)
})

test.each([
  [
    { media: 'image', source: { id: '123' } },
    { type: 'image', image: { id: '123' } },
  ],
  [
    { media: 'video', source: { link: 'https://shop.example/a.mp4' } },
    { type: 'video', video: { link: 'https://shop.example/a.mp4' } },
  ],
  [
    { media: 'document', source: { id: '9' }, fileName: 'Sizes.pdf' },
    { type: 'document', document: { id: '9', filename: 'Sizes.pdf' } },
  ],
] as const)('a template with the header %o', (header, parameter) => {
  const sent = wire({ kind: 'template', name: 'guide', language: 'en', header, parameters: [], buttons: [] })
  expect(sent).toMatchObject({
    template: { components: [{ type: 'header', parameters: [parameter] }] },
  })
})

test('what goes to the Marketing Messages endpoint says what it may fall back to', () => {
  const content: OutgoingContent = {
    kind: 'template',
    name: 'sale',
    language: 'en',
    parameters: [],
    buttons: [],
  }
  const endpoint = {
    kind: 'marketing_messages',
    productPolicy: 'CLOUD_API_FALLBACK',
    messageActivitySharing: false,
  } as const
  expect(toWire({ recipient: to, content, callbackData: 'cb', endpoint })).toMatchObject({
    type: 'template',
    product_policy: 'CLOUD_API_FALLBACK',
    message_activity_sharing: false,
  })
  expect(wire(content)).not.toHaveProperty('product_policy')
})
