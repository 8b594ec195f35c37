import { describe, expect, test } from 'vitest'
import {
  call,
  codeOf,
  createWorld,
  statusesOf,
  templateComponents,
  templateMessage,
  wamidOf,
  withTemplate,
  type Component,
  type World,
} from './sandbox-world.ts'

test('a wrong token, none, and an unknown number are refused as the Graph API does', async () => {
  await using world = await createWorld()
  const { graphUrl, credentials } = world.sandbox
  const url = `${graphUrl}/v25.0/${credentials.whatsapp.phoneNumberId}/messages`
  const wrong = await call(url, 'POST', { authorization: 'Bearer nonsense' }, {})
  expect([wrong.status, wrong.body.error.code, wrong.body.error.type]).toEqual([401, 190, 'OAuthException'])
  const none = await call(url, 'POST', {}, {})
  expect([none.status, none.body.error.code]).toEqual([401, 104])
  const elsewhere = await world.graph('POST', '999/messages', {})
  expect([elsewhere.status, elsewhere.body.error.code, elsewhere.body.error.error_subcode]).toEqual([
    400, 100, 33,
  ])
  const old = await call(
    url.replace('v25.0', 'v20.0'),
    'POST',
    { authorization: `Bearer ${credentials.whatsapp.accessToken}` },
    {},
  )
  expect(old.body.error.code).toBe(2500)
})

test('without the plus sign a number is taken to be in the business’s own country', async () => {
  await using world = await createWorld()
  const person = world.person()
  world.sandbox.whatsapp.writes(person.id, 'hello')
  const right = await world.send({ to: person.phone, type: 'text', text: { body: 'hi' } })
  expect(right.body.contacts).toEqual([{ input: person.phone, wa_id: person.waId }])
  const trapped = await world.send({ to: person.waId, type: 'text', text: { body: 'hi' } })
  expect(trapped.body.contacts).toEqual([{ input: person.waId, wa_id: `351${person.waId}` }])
  await world.sandbox.settle()
  expect(statusesOf(world).find(({ id }) => id === wamidOf(trapped))).toMatchObject({
    status: 'failed',
    errors: [{ code: 131026 }],
  })
})

test('WhatsApp answers with its own spelling of a Brazilian number', async () => {
  await using world = await createWorld()
  const person = world.person({ phone: '+5511987654321', waId: '551187654321', country: 'BR' })
  world.sandbox.whatsapp.writes(person.id, 'oi')
  for (const to of ['+5511987654321', '+551187654321']) {
    const answer = await world.send({ to, type: 'text', text: { body: 'oi' } })
    expect(answer.body.contacts).toEqual([{ input: to, wa_id: '551187654321' }])
  }
})

test('a free message goes out up to 24 hours after the person wrote, and not a millisecond later', async () => {
  await using world = await createWorld()
  const person = world.person()
  world.sandbox.whatsapp.writes(person.id, 'hello')
  world.clock.advance(24 * 3_600_000 - 1)
  const inside = await world.send({ to: person.phone, type: 'text', text: { body: 'still here' } })
  world.clock.advance(1)
  const outside = await world.send({ to: person.phone, type: 'text', text: { body: 'too late' } })
  expect(outside.status).toBe(200)
  await world.sandbox.settle()
  const shown = statusesOf(world)
  expect(shown.filter(({ id }) => id === wamidOf(inside)).map(({ status }) => status)).toEqual([
    'sent',
    'delivered',
    'read',
  ])
  expect(shown.filter(({ id }) => id === wamidOf(outside))).toMatchObject([
    { status: 'failed', errors: [{ code: 131047 }] },
  ])
  world.sandbox.whatsapp.setFaults({ windowRefusal: 'at_once' })
  const refused = await world.send({ to: person.phone, type: 'text', text: { body: 'too late' } })
  expect([refused.status, refused.body.error.code]).toEqual([400, 131047])
})

test('a template needs no open window; its statuses carry price, contact, our own id and no conversation', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const person = world.person()
  const answer = await world.send(templateMessage(person.phone))
  expect(answer.body).toEqual({
    messaging_product: 'whatsapp',
    contacts: [{ input: person.phone, wa_id: person.waId }],
    messages: [{ id: expect.stringMatching(/^wamid\./), message_status: 'accepted' }],
  })
  await world.sandbox.settle()
  const [sent, delivered, read] = statusesOf(world)
  const pricing = { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' }
  expect(sent).toEqual({
    id: answer.body.messages[0].id,
    status: 'sent',
    timestamp: '1772442000',
    recipient_id: person.waId,
    recipient_user_id: person.bsuid,
    biz_opaque_callback_data: 'message-1',
    pricing,
  })
  expect(delivered).toMatchObject({ status: 'delivered', pricing })
  expect(read).toMatchObject({ status: 'read' })
  expect(read).not.toHaveProperty('pricing')
  expect(world.receiver.changes()[0]?.value.contacts).toEqual([
    { profile: { name: 'Inês Carvalho' }, wa_id: person.waId, user_id: person.bsuid },
  ])
  expect(world.sandbox.whatsapp.inbox(person.id)[0]?.shown).toContain('Good news, Inês: the dripper')
})

test('a price stands on the first status of arrival even when it is the reading', async () => {
  await using world = await createWorld()
  const person = world.person({ readsAtOnce: false })
  world.sandbox.whatsapp.writes(person.id, 'hello')
  await world.send({ to: person.phone, type: 'text', text: { body: 'hi' } })
  world.sandbox.whatsapp.reads(person.id)
  world.sandbox.whatsapp.reads(person.id)
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ status, pricing }) => [status, pricing?.type])).toEqual([
    ['sent', 'free_customer_service'],
    ['delivered', 'free_customer_service'],
    ['read', undefined],
  ])
})

const change = (
  type: string,
  edit: (component: Component) => void,
  subType?: string,
): Record<string, unknown> => {
  const components = templateComponents()
  edit(components.find((one) => one.type === type && (subType === undefined || one.sub_type === subType))!)
  return { components }
}

test.each<[string, number, Record<string, unknown>]>([
  ['a template of another name', 132001, { name: 'no_such' }],
  ['a language it was not made in', 132001, { language: { code: 'de' } }],
  ['too few parameters', 132000, change('body', (body) => body.parameters.pop())],
  [
    'too many parameters',
    132000,
    change('body', (body) => body.parameters.push({ type: 'text', parameter_name: 'x', text: 'x' })),
  ],
  [
    'a parameter of another name',
    132012,
    change('body', (body) => (body.parameters[0]!.parameter_name = 'name')),
  ],
  [
    'a named parameter without its name',
    100,
    change('body', (body) => delete body.parameters[0]!.parameter_name),
  ],
  [
    'the same parameter twice',
    132012,
    change('body', (body) => (body.parameters[0]!.parameter_name = 'product')),
  ],
  ['an empty parameter', 131008, change('body', (body) => (body.parameters[0]!.text = ''))],
  ['a line break in a parameter', 132018, change('body', (body) => (body.parameters[0]!.text = 'a\nb'))],
  ['five spaces in a parameter', 132018, change('body', (body) => (body.parameters[0]!.text = 'a     b'))],
  [
    'a text that grows beyond 1024',
    132005,
    change('body', (body) => (body.parameters[0]!.text = 'x'.repeat(1000))),
  ],
  ['no header image', 132012, { components: templateComponents().slice(1) }],
  [
    'a text for a header image',
    132012,
    change('header', (header) => (header.parameters = [{ type: 'text', text: 'x' }])),
  ],
  [
    'a header image without an address',
    100,
    change('header', (header) => (header.parameters = [{ type: 'image', image: { link: 'a.png' } }])),
  ],
  [
    'no ending for the address of a button',
    131008,
    { components: templateComponents().filter(({ sub_type }) => sub_type !== 'url') },
  ],
  [
    'an ending that is not encoded',
    132018,
    change('button', (button) => (button.parameters[0]!.text = 'pão de ló'), 'url'),
  ],
  [
    'a button of another kind',
    132018,
    change('button', (button) => (button.sub_type = 'quick_reply'), 'url'),
  ],
  ['a button that is not there', 132018, change('button', (button) => (button.index = '5'), 'quick_reply')],
])('%s is refused with %i', async (_what, code, edit) => {
  await using world = await createWorld()
  await withTemplate(world)
  const answer = await world.send(templateMessage(world.person().phone, edit))
  expect([answer.status >= 400, answer.body.error?.code]).toEqual([true, code])
  expect(world.sandbox.whatsapp.messages()).toEqual([])
})

test('a template in review, paused or disabled is not sent', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setFaults({ templateReview: 'when_told' })
  await withTemplate(world)
  const person = world.person()
  const codeNow = async (): Promise<unknown> =>
    (await world.send(templateMessage(person.phone))).body.error?.code
  expect(await codeNow()).toBe(132001)
  for (const [status, code] of [
    ['APPROVED', undefined],
    ['PAUSED', 132015],
    ['DISABLED', 132016],
    ['REJECTED', 132001],
  ] as const) {
    // prettier-ignore
    world.sandbox.whatsapp.setTemplateStatus('back_in_stock', 'en', status)
    expect(await codeNow()).toBe(code)
  }
})

test('positional templates take their parameters in order', async () => {
  await using world = await createWorld()
  await withTemplate(world, {
    parameter_format: 'POSITIONAL',
    components: [
      {
        type: 'BODY',
        text: 'Hi {{1}}, your order {{2}} has left our house.',
        example: { body_text: [['Rita', '12']] },
      },
    ],
  })
  const person = world.person()
  const parameters = [{ type: 'text', text: 'Inês' }, { type: 'text', text: '77' }] // prettier-ignore
  await world.send(templateMessage(person.phone, { components: [{ type: 'body', parameters }] }))
  expect(world.sandbox.whatsapp.inbox(person.id)[0]?.shown).toBe('Hi Inês, your order 77 has left our house.')
})

const reply = (id: string, title: string) => ({ type: 'reply', reply: { id, title } })
const buttons = (...list: unknown[]) => ({
  type: 'button',
  body: { text: 'Which one?' },
  action: { buttons: list },
})
const rows = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `r${at}`, title: `Row ${at}` }))
const list = (sections: unknown[]) => ({
  type: 'list',
  body: { text: 'Which one?' },
  action: { button: 'Choose', sections },
})

test.each<[string, Record<string, unknown>]>([
  ['a text without a body', { type: 'text', text: {} }],
  ['a text of 4097 characters', { type: 'text', text: { body: 'x'.repeat(4097) } }],
  ['an unknown type', { type: 'telegram', telegram: {} }],
  ['a type without its object', { type: 'image' }],
  ['an image without an address', { type: 'image', image: { link: 'nowhere' } }],
  ['no buttons', { type: 'interactive', interactive: buttons() }],
  [
    'four buttons',
    { type: 'interactive', interactive: buttons(...['a', 'b', 'c', 'd'].map((id) => reply(id, id))) },
  ],
  ['a label of 21 characters', { type: 'interactive', interactive: buttons(reply('a', 'x'.repeat(21))) }],
  [
    'two buttons with one id',
    { type: 'interactive', interactive: buttons(reply('a', 'x'), reply('a', 'y')) },
  ],
  ['eleven rows', { type: 'interactive', interactive: list([{ title: 'A', rows: rows(11) }]) }],
  [
    'two sections without titles',
    { type: 'interactive', interactive: list([{ rows: rows(1) }, { rows: rows(1) }]) },
  ],
  [
    'an interactive message without a body',
    { type: 'interactive', interactive: { type: 'button', action: { buttons: [reply('a', 'a')] } } },
  ],
  ['no recipient', { to: undefined, type: 'text', text: { body: 'hi' } }],
  [
    '513 characters of our own data',
    { type: 'text', text: { body: 'hi' }, biz_opaque_callback_data: 'x'.repeat(513) },
  ],
])('%s is a bad parameter', async (_what, message) => {
  await using world = await createWorld()
  const person = world.person()
  world.sandbox.whatsapp.writes(person.id, 'hello')
  const answer = await world.send({ to: person.phone, ...message })
  expect([answer.status, answer.body.error?.code]).toEqual([400, 100])
  expect(answer.body.error.fbtrace_id).toEqual(expect.any(String))
})

test('what fits is taken: emoji count as one character, ten rows, three buttons', async () => {
  await using world = await createWorld()
  const person = world.person()
  world.sandbox.whatsapp.writes(person.id, 'hello')
  for (const message of [
    { type: 'text', text: { body: '😀'.repeat(4096) } },
    { type: 'interactive', interactive: list([{ rows: rows(10) }]) },
    { type: 'interactive', interactive: buttons(...['a', 'b', 'c'].map((id) => reply(id, id))) },
    {
      type: 'interactive',
      interactive: {
        type: 'cta_url',
        body: { text: 'Pay' },
        action: { name: 'cta_url', parameters: { display_text: 'Pay', url: 'https://x.example' } },
      },
    },
  ]) {
    expect((await world.send({ to: person.phone, ...message })).status).toBe(200)
  }
})

test.each<[string, Parameters<World['sandbox']['whatsapp']['changePerson']>[1], number]>([
  ['is not on WhatsApp', { onWhatsApp: false }, 131026],
  ['has stopped this business’s marketing', { stoppedMarketing: true }, 131050],
  ['has had enough marketing from everybody', { marketingCapped: true }, 131049],
  ['has a number in the USA', { bsuid: 'US.123' }, 131049],
])('marketing to somebody who %s fails later, and names no contact', async (_who, is, code) => {
  await using world = await createWorld()
  await withTemplate(world)
  const person = world.person()
  world.sandbox.whatsapp.changePerson(person.id, is)
  expect((await world.send(templateMessage(person.phone))).status).toBe(200)
  await world.sandbox.settle()
  const [status] = statusesOf(world)
  expect(status).toMatchObject({
    status: 'failed',
    recipient_id: person.waId,
    errors: [{ code, error_data: { details: expect.any(String) } }],
  })
  expect(status).not.toHaveProperty('recipient_user_id')
  expect(world.receiver.changes()[0]?.value).not.toHaveProperty('contacts')
})

test('marketing inside an open window does not count for Meta’s cap per person', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const person = world.person()
  world.sandbox.whatsapp.changePerson(person.id, { marketingCapped: true })
  world.sandbox.whatsapp.writes(person.id, 'anything new?')
  await world.send(templateMessage(person.phone))
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ status }) => status)).toEqual(['sent', 'delivered', 'read'])
})

test('whoever has blocked the business is sent to and never reached', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const person = world.person()
  world.sandbox.whatsapp.changePerson(person.id, { blockedUs: true })
  await world.send(templateMessage(person.phone))
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ status }) => status)).toEqual(['sent'])
})

test('a user id reaches the same person, and hides the number of those with a username', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const person = world.person({ username: 'ines' })
  const answer = await world.send({ ...templateMessage(''), to: undefined, recipient: person.bsuid })
  expect(answer.body.contacts).toEqual([{ input: person.bsuid, user_id: person.bsuid }])
  await world.sandbox.settle()
  const [sent] = statusesOf(world)
  expect(sent).toMatchObject({ recipient_user_id: person.bsuid })
  expect(sent).not.toHaveProperty('recipient_id')
  const both = await world.send({ ...templateMessage(person.phone), recipient: 'PT.0' })
  expect(both.body.contacts).toEqual([{ input: person.phone, wa_id: person.waId }])
})

test('more than the number’s throughput in a second is refused with 130429', async () => {
  await using world = await createWorld({ options: { throughputPerSecond: 5 } })
  await withTemplate(world)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.send(templateMessage(world.person().phone))),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
  expect(answers.filter(({ status }) => status !== 200).map(codeOf)).toEqual([130429, 130429, 130429])
})

test('to one person 45 messages go at once, and one more every six seconds', async () => {
  await using world = await createWorld({ options: { throughputPerSecond: 1_000 } })
  const person = world.person()
  world.sandbox.whatsapp.writes(person.id, 'hello')
  const send = async () =>
    (await world.send({ to: person.phone, type: 'text', text: { body: 'hi' } })).body.error?.code as unknown
  for (let count = 0; count < 45; count++) expect(await send()).toBeUndefined()
  expect(await send()).toBe(131056)
  world.clock.advance(6_000)
  expect(await send()).toBeUndefined()
  expect(await send()).toBe(131056)
})

test('errors on demand strike whom they are meant for, as often as told', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const [one, other] = [world.person(), world.person()]
  world.sandbox.whatsapp.setFaults({
    refuse: { code: 131048, times: 1, to: one.waId },
    fail: { code: 131000, times: 1 },
  })
  expect((await world.send(templateMessage(one.phone))).body.error.code).toBe(131048)
  expect((await world.send(templateMessage(other.phone))).status).toBe(200)
  expect((await world.send(templateMessage(one.phone))).status).toBe(200)
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ status, errors }) => errors?.[0]?.code ?? status)).toEqual([
    131000,
    'sent',
    'delivered',
    'read',
  ])
})

test('an answer can be lost though the message was sent', async () => {
  await using world = await createWorld()
  await withTemplate(world)
  const person = world.person()
  world.sandbox.whatsapp.setFaults({ loseAnswers: 1 })
  await expect(world.send(templateMessage(person.phone))).rejects.toThrow()
  await world.sandbox.settle()
  expect(statusesOf(world).map(({ biz_opaque_callback_data }) => biz_opaque_callback_data)).toEqual([
    'message-1',
    'message-1',
    'message-1',
  ])
})

test('a message that came in can be marked as read, and no other', async () => {
  await using world = await createWorld()
  const person = world.person()
  const id = world.sandbox.whatsapp.writes(person.id, 'hello')
  const typing = { typing_indicator: { type: 'text' } }
  expect((await world.send({ status: 'read', message_id: id, ...typing })).body).toEqual({ success: true })
  expect((await world.send({ status: 'read', message_id: 'wamid.nothing' })).body.error.code).toBe(131009)
})

describe('a button that copies a code', () => {
  const components = [
    { type: 'BODY', text: 'Something for you is waiting in our shop.' },
    { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', example: 'ABC123' }] },
  ]
  const sendCode = async (world: World, ...given: unknown[]) => {
    await withTemplate(world, { components })
    const person = world.person()
    const answer = await world.send(templateMessage(person.phone, { components: given }))
    return { code: (answer.body.error as { code: number } | undefined)?.code, status: answer.status }
  }
  const code = (value: string) => ({
    type: 'button',
    sub_type: 'copy_code',
    index: '0',
    parameters: [{ type: 'coupon_code', coupon_code: value }],
  })

  test('goes with a code of up to 15 characters', async () => {
    await using world = await createWorld()
    expect(await sendCode(world, code('k7mq2xv9abcdefg'))).toEqual({ code: undefined, status: 200 })
  })

  test.each<[string, unknown[], number]>([
    ['without a code', [], 131008],
    ['with an empty code', [code('')], 131008],
    ['with a code of 16 characters', [code('k7mq2xv9abcdefgh')], 132005],
    [
      'with a text in place of the code',
      [{ ...code(''), parameters: [{ type: 'text', text: 'A1' }] }],
      131008,
    ],
    ['as a link', [{ ...code('A1'), sub_type: 'url' }], 132018],
  ])('is refused %s', async (_, given, expected) => {
    await using world = await createWorld()
    expect((await sendCode(world, ...given)).code).toBe(expected)
  })
})
