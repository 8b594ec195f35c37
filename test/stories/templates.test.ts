import { expect, test } from 'vitest'
import { callApi, type ApiAnswer } from '../admin/api-call.ts'
import { createWorld, type World } from '../support/world.ts'

// People in Lisbon are written to in Portuguese.
const of = ['back_in_stock', 'pt_BR'] as const
const inEnglish = ['back_in_stock', 'en'] as const

/** So many people who looked at a mug that was sold out half an hour ago. */
async function withViewers(world: World, count: number): Promise<string[]> {
  await world.product('MUG', 0)
  const people: string[] = []
  for (let nth = 0; nth < count; nth++) {
    const person = await world.person(`Rui${nth}`)
    await world.looksAt(person, 'MUG')
    people.push(person)
  }
  await world.pass(30)
  return people
}

const call = (world: World, method: string, path: string, body?: unknown): Promise<ApiAnswer> =>
  callApi(world, method, path, body)

/** Each of this product’s templates in each of its languages. */
const all = 13 * 8

interface Shown {
  id: number
  name: string
  language: string
  status: string
  problem: string | null
  problemText: string | null
  campaigns: string[]
  details: { title?: string } | null
  rampUp: { kind: string; sentThisHour: number; leftThisHour: number | null } | null
}

async function shown(world: World, [name, language] = of as readonly [string, string]): Promise<Shown> {
  const { body } = await call(world, 'GET', `/v1/templates?name=${name}`)
  return (body.items as Shown[]).find((one) => one.language === language)!
}

const told = (world: World, people: readonly string[]): number[] =>
  people.map((person) => world.templatesTo(person).length)

const states = async (world: World): Promise<string[]> =>
  (await world.log()).map(({ state, reason }) => `${state} ${reason ?? '-'}`)

test('a campaign stops when its template is paused, and goes on by itself when Meta lets it', async () => {
  await using world = await createWorld()
  const people = await withViewers(world, 2)
  world.sandbox.whatsapp.setTemplateStatus(...of, 'PAUSED')
  world.sandbox.whatsapp.setTemplateStatus(...inEnglish, 'REJECTED')
  await world.restock('MUG', 5)
  expect(told(world, people)).toEqual([0, 0])
  expect(await states(world)).toEqual(['reserved template_paused', 'reserved template_paused'])
  expect(await shown(world)).toMatchObject({
    status: 'PAUSED',
    problem: 'template_paused',
    problemText: 'Meta has paused the template.',
    details: { title: 'FIRST_PAUSE' },
    campaigns: ['back_in_stock'],
    rampUp: null,
  })
  const { id } = await shown(world)
  expect(await call(world, 'POST', `/v1/templates/${id}/unpause`)).toMatchObject({
    status: 409,
    body: { code: 'template_not_unpaused', detail: expect.stringContaining('ends by itself') },
  })
  await world.pass(180)
  expect(told(world, people)).toEqual([0, 0])
  world.sandbox.whatsapp.setTemplateStatus(...of, 'APPROVED')
  await world.settle()
  expect(told(world, people)).toEqual([1, 1])
})

test('while Meta watches how the first ones are taken nobody else gets it; released, all do', async () => {
  await using world = await createWorld()
  const people = await withViewers(world, 1)
  world.sandbox.whatsapp.holdTemplate(...of)
  await world.restock('MUG', 5)
  const [message] = world.sandbox.whatsapp.inbox(people[0]!).slice(-1)
  expect(message?.statuses).toEqual([])
  expect(await states(world)).toEqual(['sent -'])
  await world.product('CUP', 0)
  const late = await world.person('Ana')
  await world.looksAt(late, 'CUP')
  await world.pass(20)
  await world.restock('CUP', 5)
  expect(told(world, [late])).toEqual([0])
  expect(await states(world)).toEqual(['sent -', 'reserved template_held'])
  expect(await shown(world)).toMatchObject({ rampUp: { kind: 'closed' } })
  const open = `select code, resolved_at is null as is_open from notices`
  expect(await world.db.query(open)).toEqual([{ code: 'template_held', isOpen: true }])
  world.sandbox.whatsapp.releaseTemplate(...of)
  await world.settle()
  expect(await states(world)).toEqual(['delivered -', 'delivered -'])
  expect(await shown(world)).toMatchObject({ rampUp: { kind: 'steps' } })
  expect(await world.db.query(open)).toEqual([{ code: 'template_held', isOpen: false }])
})

test('what Meta held and dropped goes again once the merchant has let the template go on, to nobody twice', async () => {
  await using world = await createWorld()
  const people = await withViewers(world, 3)
  world.sandbox.whatsapp.setTemplateStatus(...inEnglish, 'REJECTED')
  world.sandbox.whatsapp.holdTemplate(...of)
  await world.restock('MUG', 5)
  const { id, rampUp } = await shown(world)
  expect(rampUp).toMatchObject({ kind: 'closed' })
  expect((await call(world, 'POST', `/v1/templates/${id}/unpause`)).body).toMatchObject({
    code: 'template_not_paused',
  })
  world.sandbox.whatsapp.dropTemplate(...of)
  await world.settle()
  expect(await shown(world)).toMatchObject({ status: 'PAUSED', details: { title: 'RATE_LIMITING_PAUSE' } })
  await world.pass(30)
  expect(new Set(await states(world))).toEqual(new Set(['reserved template_paused']))
  const unpaused = await call(world, 'POST', `/v1/templates/${id}/unpause`)
  expect(unpaused).toMatchObject({ status: 200, body: { id, unpaused: true } })
  await world.settle()
  await world.pass(10)
  expect(await states(world)).toEqual(['delivered -', 'delivered -', 'delivered -'])
  const delivered = people.map(
    (person) =>
      world
        .templatesTo(person)
        .filter(({ statuses }) => statuses.some(({ status }) => status === 'delivered')).length,
  )
  expect(delivered).toEqual([1, 1, 1])
})

test('a new template goes to few people in its first hour; the others follow', async () => {
  await using world = await createWorld()
  const people = await withViewers(world, 5)
  const settings = { sending: { templateRampUp: { firstHour: 2, perHour: 2 } } }
  expect((await call(world, 'PUT', '/v1/settings', { settings })).status).toBe(200)
  await world.restock('MUG', 20)
  expect(told(world, people).reduce((sum, one) => sum + one, 0)).toBe(2)
  expect((await states(world)).filter((one) => one === 'reserved template_ramp_up')).toHaveLength(3)
  expect(await shown(world)).toMatchObject({ rampUp: { kind: 'steps', sentThisHour: 2, leftThisHour: 0 } })
  await world.pass(61)
  expect(told(world, people).reduce((sum, one) => sum + one, 0)).toBe(4)
  world.sandbox.whatsapp.setTemplateQuality(...of, 'GREEN')
  await world.settle()
  expect(told(world, people)).toEqual([1, 1, 1, 1, 1])
})

test.each([
  ['needs a value that nobody has', '{{first_name}}', '{{first_name}} {{town}}', 'suppressed'],
  ['became too long', '{{first_name}}', `{{first_name}} ${'x'.repeat(1_000)}`, 'suppressed'],
  // Edited in WhatsApp Manager a moment ago: the hub fills what it knows of, and Meta misses something.
  ['is not as the hub knows it', '{{price}}', 'little', 'failed'],
])('a template that %s ends its message with the reason, and holds up nobody', async (_, from, to, state) => {
  await using world = await createWorld()
  await withViewers(world, 1)
  const known = await world.db.query<{ id: number; components: object }>(
    `select id, components from templates`,
  )
  await world.db.execute(
    `update templates set components = replace(components::text, $1, $2)::jsonb where name = 'back_in_stock'`,
    [from, to],
  )
  await world.restock('MUG', 5)
  expect(await states(world)).toEqual([`${state} parameters_invalid`])
  for (const { id, components } of known)
    await world.db.execute(`update templates set components = $2::jsonb where id = $1`, [
      id,
      JSON.stringify(components),
    ])
  await world.product('CUP', 0)
  const ana = await world.person('Ana')
  await world.looksAt(ana, 'CUP')
  await world.pass(30)
  await world.restock('CUP', 5)
  expect(told(world, [ana])).toEqual([1])
})

test('templates are made some at a time, and left where Meta’s limit is, to be gone on with', async () => {
  await using world = await createWorld()
  const before = world.sandbox.whatsapp.templates().length
  const first = await call(world, 'POST', '/v1/templates/create', { limit: 20 })
  expect(first.body).toMatchObject({ failed: [], stopped: null, outdated: [] })
  expect(first.body.created).toHaveLength(20)
  expect(first.body.left).toHaveLength(all - before - 20)
  expect(world.sandbox.whatsapp.templates()).toHaveLength(before + 20)
  expect((await shown(world, ['we_miss_you', 'ar'])).status).toBe('NOT_MADE')
  world.sandbox.whatsapp.setFaults({ tokenExpired: true })
  expect(await call(world, 'POST', '/v1/templates/create', {})).toMatchObject({
    status: 503,
    body: { code: 'whatsapp_unavailable' },
  })
  world.sandbox.whatsapp.setFaults({ tokenExpired: false })
  const rest = await call(world, 'POST', '/v1/templates/create', { limit: 200 })
  expect(rest.body).toMatchObject({ failed: [], left: [], stopped: null })
  const approved = (await call(world, 'GET', '/v1/templates?status=APPROVED')).body.items as Shown[]
  expect(approved).toHaveLength(all)
})

test('templates that Meta’s hourly limit leaves are made hour by hour, each once', async () => {
  await using world = await createWorld()
  await world.pass(61)
  const made = (): number => world.sandbox.whatsapp.templates().length
  const before = made()
  world.sandbox.whatsapp.setSettings({ templateCreationsPerHour: 30 })
  const { body } = await call(world, 'POST', '/v1/templates/create', { limit: 200 })
  expect(body).toMatchObject({ failed: [], stopped: { code: 80008 } })
  expect([(body.created as unknown[]).length, made()]).toEqual([30, before + 30])
  expect(body.left).toHaveLength(all - before - 30)
  const madeAfter = async (minutes: number): Promise<number> => {
    await world.pass(minutes)
    await world.app.schedule.beat(['sync-templates'])
    return made()
  }
  // The first look comes before the hour is over.
  expect([await madeAfter(30), await madeAfter(31), await madeAfter(61)]).toEqual([
    before + 30,
    before + 60,
    all,
  ])
  expect((await call(world, 'GET', '/v1/templates?status=APPROVED')).body.items).toHaveLength(all)
})

test('an account that takes no more calls is asked again when it does, and nothing is lost meanwhile', async () => {
  await using world = await createWorld()
  const people = await withViewers(world, 1)
  world.sandbox.whatsapp.setFaults({ refuse: { code: 80007, calls: 'management' } })
  expect((await call(world, 'POST', '/v1/templates/sync')).status).toBe(503)
  await world.app.schedule.beat(['sync-templates', 'check-numbers'])
  expect(await shown(world)).toMatchObject({ status: 'APPROVED' })
  await world.restock('MUG', 5)
  expect(told(world, people)).toEqual([1])
  world.sandbox.whatsapp.clearFaults()
  expect((await call(world, 'POST', '/v1/templates/sync')).body).toEqual({ templates: 26 })
})
