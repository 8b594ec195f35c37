import { expect, test } from 'vitest'
import { createCloudApi } from '../../src/connectors/meta/cloud-api.ts'
import { toNewTemplate } from '../../src/outbox/template-components.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { createHttpClient } from '../../src/platform/http-client.ts'
import { createWorld, templateBody, type World } from './sandbox-world.ts'

const templatesPath = (world: World): string =>
  `${world.sandbox.credentials.whatsapp.wabaId}/message_templates`

const body = (text: string, params: string[] = []) => ({
  components: [
    {
      type: 'BODY',
      text,
      ...(params.length === 0
        ? {}
        : {
            example: { body_text_named_params: params.map((name) => ({ param_name: name, example: 'x' })) },
          }),
    },
  ],
})
const buttons = (...list: unknown[]) => ({
  components: [
    { type: 'BODY', text: 'Something new is here.' },
    { type: 'BUTTONS', buttons: list },
  ],
})
const copy = (example: string) => ({ type: 'COPY_CODE', example })
const quick = (text: string) => ({ type: 'QUICK_REPLY', text })

test.each<[string, number, Record<string, unknown>]>([
  ['a name with capitals', 2388023, { name: 'Back_In_Stock' }],
  ['an unknown language', 2388012, { language: 'english' }],
  ['no category', 2388052, { category: undefined }],
  ['no body', 2388043, { components: [] }],
  ['a body of 1025 characters', 2388040, body('x'.repeat(1025))],
  ['a parameter at the beginning', 2388299, body('{{name}} this is for you', ['name'])],
  ['a parameter at the end', 2388299, body('This is for {{name}}', ['name'])],
  ['more parameters than words', 2388293, body('Hi {{a}} {{b}} {{c}} you', ['a', 'b', 'c'])],
  ['a parameter without an example', 2388043, body('This is for {{name}}, really', [])],
  ['numbers for names', 2388043, body('This is for {{1}}, really', ['1'])],
  [
    'a header image without an upload',
    2388043,
    {
      components: [
        { type: 'HEADER', format: 'IMAGE' },
        { type: 'BODY', text: 'Something new.' },
      ],
    },
  ],
  [
    'a footer with a parameter',
    2388043,
    {
      components: [
        { type: 'BODY', text: 'Something new.' },
        { type: 'FOOTER', text: 'for {{name}} only' },
      ],
    },
  ],
  ['a button’s label of 26 characters', 2388040, buttons(quick('x'.repeat(26)))],
  [
    'quick replies with an address between them',
    2388043,
    buttons(quick('A'), { type: 'URL', text: 'B', url: 'https://x.example' }, quick('C')),
  ],
  [
    'three addresses',
    2388043,
    buttons(...['a', 'b', 'c'].map((text) => ({ type: 'URL', text, url: 'https://x.example' }))),
  ],
  [
    'an address with a parameter in its middle',
    2388043,
    buttons({ type: 'URL', text: 'A', url: 'https://x.example/{{1}}/a', example: ['x'] }),
  ],
  ['a language that Meta does not keep', 2388012, { language: 'pt' }],
  ['a body with a tab', 2388043, body('Something\tnew.')],
  ['a body with two empty lines', 2388043, body('Something\n\n\nnew.')],
  ['a body with half a parameter', 2388043, body('Something {{new} is here.')],
  [
    'an example with a line break',
    2388043,
    {
      components: [
        {
          type: 'BODY',
          text: 'This is for {{name}}, really.',
          example: { body_text_named_params: [{ param_name: 'name', example: 'a\nb' }] },
        },
      ],
    },
  ],
  [
    'a header with an emoji',
    2388043,
    {
      components: [
        { type: 'HEADER', format: 'TEXT', text: 'News 🎉' },
        { type: 'BODY', text: 'Something new.' },
      ],
    },
  ],
  [
    'a footer with a line break',
    2388043,
    {
      components: [
        { type: 'BODY', text: 'Something new.' },
        { type: 'FOOTER', text: 'a\nb' },
      ],
    },
  ],
  ['a label with formatting', 2388043, buttons(quick('*Now*'))],
  ['two buttons with one label', 2388043, buttons(quick('A'), quick('A'))],
  ['two codes to copy', 2388043, buttons(copy('A1'), copy('B2'))],
  ['a code to copy without an example', 2388043, buttons({ type: 'COPY_CODE' })],
  ['a code to copy of 16 characters', 2388040, buttons(copy('A'.repeat(16)))],
  ['a code to copy in a utility template', 2388043, { ...buttons(copy('A1')), category: 'UTILITY' }],
])('%s is refused', async (_what, subcode, change) => {
  await using world = await createWorld()
  const answer = await world.graph('POST', templatesPath(world), templateBody(change))
  expect([answer.status, answer.body.error.code, answer.body.error.error_subcode]).toEqual([
    400,
    100,
    subcode,
  ])
  expect(world.sandbox.whatsapp.templates()).toEqual([])
})

test('all templates of this product are taken and approved, in every language', async () => {
  await using world = await createWorld()
  const definitions = loadTemplateDefinitions()
  const refused: unknown[] = []
  for (const definition of definitions.values()) {
    for (const code of Object.keys(definition.languages)) {
      const { parameterFormat, ...made } = toNewTemplate(definition, code, {
        hubUrl: 'https://hub.example',
        headerHandle: '4::abc',
      })
      const answer = await world.graph('POST', templatesPath(world), {
        ...made,
        parameter_format: parameterFormat,
      })
      if (answer.status !== 200) refused.push([definition.name, code, answer.body.error])
    }
  }
  expect(refused).toEqual([])
  const statuses = world.sandbox.whatsapp.templates().map(({ status }) => status)
  expect(statuses).toEqual(Array(definitions.size * 8).fill('APPROVED'))
})

test('a second template of the same name and language is refused, in another language it is not', async () => {
  await using world = await createWorld()
  expect((await world.graph('POST', templatesPath(world), templateBody())).body).toMatchObject({
    status: 'PENDING',
    category: 'MARKETING',
  })
  const twin = await world.graph('POST', templatesPath(world), templateBody())
  expect([twin.status, twin.body.error.code, twin.body.error.error_subcode]).toEqual([400, 100, 2388024])
  expect((await world.graph('POST', templatesPath(world), templateBody({ language: 'pt_BR' }))).status).toBe(
    200,
  )
})

test('the review approves, tells the hub, and rejects parameters that stand side by side', async () => {
  await using world = await createWorld()
  const { id } = (await world.graph('POST', templatesPath(world), templateBody())).body as { id: string }
  await world.graph(
    'POST',
    templatesPath(world),
    templateBody({ name: 'side_by_side', ...body('For you {{a}}{{b}} and nobody else at all', ['a', 'b']) }),
  )
  await world.sandbox.settle()
  const changes = world.receiver
    .meta()
    .map(({ entry: [entry] }) => ({ time: entry?.time, ...entry?.changes[0] }))
  expect(changes).toMatchObject([
    {
      time: 1772442000,
      field: 'message_template_status_update',
      value: { event: 'APPROVED', message_template_id: Number(id), reason: 'NONE' },
    },
    { value: { event: 'REJECTED', message_template_name: 'side_by_side', reason: 'INVALID_FORMAT' } },
  ])
  expect((await world.graph('GET', `${id}?fields=status,quality_score`)).body).toEqual({
    status: 'APPROVED',
    quality_score: { score: 'UNKNOWN', date: 0 },
    id,
  })
})

test('templates are listed in pages that end, and by name, status and fields', async () => {
  await using world = await createWorld()
  for (const name of ['a_one', 'b_two', 'c_three'])
    await world.graph('POST', templatesPath(world), templateBody({ name }))
  const names: string[] = []
  let after = ''
  for (let pages = 1; ; pages++) {
    const { body } = await world.graph('GET', `${templatesPath(world)}?fields=name&limit=2${after}`)
    const { data, paging } = body as {
      data: { name: string }[]
      paging: { next?: string; cursors: { after: string } }
    }
    names.push(...data.map(({ name }) => name))
    if (paging.next === undefined) {
      expect(pages).toBe(2)
      break
    }
    expect(paging.next).toContain(`${world.sandbox.graphUrl}/v25.0/`)
    after = `&after=${paging.cursors.after}`
  }
  expect(names).toEqual(['a_one', 'b_two', 'c_three'])
  expect(
    (await world.graph('GET', `${templatesPath(world)}?name=two&status=approved`)).body.data,
  ).toHaveLength(1)
  expect((await world.graph('GET', `${templatesPath(world)}?status=paused`)).body).toEqual({
    data: [],
    paging: {},
  })
  expect((await world.graph('GET', `${templatesPath(world)}?fields=colour`)).body.error.code).toBe(100)
})

test('the hub’s own client makes, uploads, lists and reads all it needs', async () => {
  await using world = await createWorld()
  const { credentials, graphUrl } = world.sandbox
  const { accessToken, wabaId, phoneNumberId } = credentials.whatsapp
  const http = createHttpClient({ baseURL: graphUrl, timeoutMs: 5_000 })
  const api = createCloudApi({ http, accessToken, version: 'v25.0' })
  const uploaded = await api.uploadExample({
    name: 'a.png',
    type: 'image/png',
    bytes: Buffer.from('not really'),
  })
  expect(uploaded).toEqual({ kind: 'uploaded', handle: expect.stringMatching(/^4::/) })
  const template = templateBody() as { name: string; components: unknown[] }
  const made = await api.createTemplate(wabaId, {
    ...template,
    language: 'en',
    category: 'MARKETING',
    parameterFormat: 'NAMED',
  })
  expect(made).toMatchObject({ kind: 'created', status: 'PENDING' })
  expect(await api.listTemplates(wabaId)).toMatchObject({
    kind: 'listed',
    templates: [
      { name: 'back_in_stock', status: 'APPROVED', parameterFormat: 'NAMED', category: 'MARKETING' },
    ],
  })
  expect(await api.loadNumber(phoneNumberId)).toMatchObject({
    kind: 'loaded',
    ratePerSecond: 80,
    quality: 'GREEN',
  })
  http.close()
})

test('the number and the account tell about themselves, and of fields that do not exist', async () => {
  await using world = await createWorld()
  const { phoneNumberId, wabaId } = world.sandbox.credentials.whatsapp
  expect((await world.graph('GET', `${phoneNumberId}?fields=throughput`)).body).toEqual({
    throughput: { level: 'STANDARD' },
    id: phoneNumberId,
  })
  expect((await world.graph('GET', `${phoneNumberId}?fields=colour`)).body.error.message).toContain(
    'nonexisting field (colour)',
  )
  expect((await world.graph('GET', `${wabaId}/phone_numbers`)).body.data[0].id).toBe(phoneNumberId)
  expect((await world.graph('POST', `${wabaId}/subscribed_apps`)).body).toEqual({ success: true })
  expect((await world.graph('GET', `${wabaId}/flows`)).body.error.type).toBe('GraphMethodException')
})
