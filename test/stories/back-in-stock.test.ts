import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { lockContactBudgets, makeContactBudgets } from '../../src/campaigns/person-facts-store.ts'
import { createWorld } from '../support/world.ts'

test('a message that arrives three times is answered once', async () => {
  await using world = await createWorld()
  world.sandbox.whatsapp.setFaults({ extraCopies: 2 })
  const ines = await world.person('Inês')
  const answers = world.sandbox.whatsapp.inbox(ines).filter((message) => message.direction === 'to_person')
  expect(answers).toHaveLength(1)
})

test('who asks in the very second in which it comes back is told', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.pass(60)
  await world.looksAt(rui, 'MUG')
  await world.restock('MUG', 4)
  expect(world.templatesTo(rui)).toHaveLength(1)
})

test('sold out again before the first wave: nobody is told, and an alert waits for the next time', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const viewer = await world.person('Rui')
  const asker = await world.person('Ana', { isOptedIn: false })
  await world.looksAt(viewer, 'MUG')
  await world.looksAt(asker, 'MUG')
  world.sandbox.whatsapp.writes(asker, 'tell me')
  await world.pass(60)
  await world.sandbox.shop.setStock('MUG', 4)
  await world.settle()
  await world.pass(1)
  await world.sandbox.shop.setStock('MUG', 0)
  await world.settle()
  await world.pass(5)
  expect([world.templatesTo(viewer), world.templatesTo(asker)]).toEqual([[], []])

  await world.pass(60)
  await world.restock('MUG', 4)
  expect(world.templatesTo(asker)).toHaveLength(1)
  expect(world.templatesTo(viewer)).toHaveLength(1)
})

test('a few minutes without stock are news only for those who asked', async () => {
  await using world = await createWorld()
  await world.product('MUG', 3)
  const viewer = await world.person('Rui')
  const asker = await world.person('Ana')
  await world.sandbox.shop.setStock('MUG', 0)
  await world.settle()
  await world.looksAt(viewer, 'MUG')
  await world.looksAt(asker, 'MUG')
  world.sandbox.whatsapp.writes(asker, 'yes please')
  await world.pass(5)
  await world.restock('MUG', 3)
  expect(world.templatesTo(asker)).toHaveLength(1)
  expect(world.templatesTo(viewer)).toHaveLength(0)
  expect(await world.log()).toContainEqual({ name: 'Rui', state: 'suppressed', reason: 'short_spell' })
})

test('one piece is offered to three people, who asked or looked first; an hour later to three more', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const people: string[] = []
  for (let at = 0; at < 7; at++) {
    const phone = await world.person(`P${at}`)
    await world.looksAt(phone, 'MUG')
    await world.pass(1)
    people.push(phone)
  }
  world.sandbox.whatsapp.writes(people[6] ?? '', 'tell me')
  await world.pass(30)
  await world.restock('MUG', 1)
  const told = (): number[] =>
    people.flatMap((phone, at) => (world.templatesTo(phone).length > 0 ? [at] : []))
  expect(told()).toEqual([0, 1, 6])
  await world.pass(59)
  expect(told()).toEqual([0, 1, 6])
  await world.pass(3)
  expect(told()).toEqual([0, 1, 2, 3, 4, 6])
})

test('whom somebody else is busy with at this moment keeps the place: nobody further back is told instead', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  for (let at = 0; at < 5; at++) {
    await world.looksAt(await world.person(`P${at}`), 'MUG')
    await world.pass(1)
  }
  await world.pass(30)
  const [first] = await world.db.query<{ id: number }>(`select id from people where first_name = 'P0'`)
  const waiting = async (): Promise<string[]> =>
    (await world.log()).filter(({ state }) => state === 'waiting').map(({ name }) => name)
  let restocked: Promise<void> | undefined
  await makeContactBudgets(world.db, [first?.id ?? 0])
  await world.db.transaction(async (tx) => {
    await lockContactBudgets(tx, [first?.id ?? 0])
    restocked = world.restock('MUG', 1)
    await vi.waitFor(async () => expect(await waiting()).toEqual(['P0', 'P3', 'P4']), { timeout: 10_000 })
    await delay(200)
    expect(await waiting()).toEqual(['P0', 'P3', 'P4'])
  })
  await restocked
  expect(await waiting()).toEqual(['P3', 'P4'])
})

test('who is asleep keeps the place, and is told when the morning comes where they are', async () => {
  await using world = await createWorld({ now: '2026-03-10T15:00:00Z' })
  await world.product('MUG', 0)
  const tokyo = await world.person('Kenji', { phone: '+819012345678', country: 'JP' })
  const lisbon = await world.person('Rui')
  await world.looksAt(tokyo, 'MUG')
  await world.looksAt(lisbon, 'MUG')
  await world.pass(30)
  await world.restock('MUG', 5)
  expect(world.templatesTo(lisbon)).toHaveLength(1)
  expect(world.templatesTo(tokyo)).toHaveLength(0)
  world.clock.set(new Date('2026-03-11T00:30:00Z'))
  await world.settle()
  expect(world.templatesTo(tokyo)).toHaveLength(1)
  expect(world.templatesTo(lisbon)).toHaveLength(1)
})

test('two products asked for, back while the person slept, come as one message', async () => {
  await using world = await createWorld({ now: '2026-03-10T12:00:00Z' })
  await world.product('MUG', 0, 'Blue mug')
  await world.product('POT', 0, 'Tea pot')
  const ana = await world.person('Ana', { isOptedIn: false })
  for (const sku of ['MUG', 'POT']) {
    await world.looksAt(ana, sku)
    world.sandbox.whatsapp.writes(ana, 'tell me')
    await world.settle()
  }
  world.clock.set(new Date('2026-03-11T02:00:00Z'))
  await world.restock('MUG', 5)
  await world.restock('POT', 5)
  expect(world.templatesTo(ana)).toEqual([])
  world.clock.set(new Date('2026-03-11T10:30:00Z'))
  await world.settle()
  const [message, ...more] = world.templatesTo(ana)
  expect(more).toEqual([])
  expect(message?.shown).toContain('Blue mug')
  expect(message?.shown).toContain('Tea pot')
  const [alerts] = await world.db.query<{ n: number }>(
    `select count(*)::int as n from alerts where end_reason = 'answered'`,
  )
  expect(alerts?.n).toBe(2)
})

test('news that cannot come before it is old ends with the reason that stood in its way', async () => {
  await using world = await createWorld({ now: '2026-03-10T12:00:00Z' })
  await world.product('MUG', 0)
  await world.product('POT', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  await world.looksAt(rui, 'POT')
  await world.pass(30)
  await world.restock('MUG', 5)
  await world.restock('POT', 5)
  expect(world.templatesTo(rui)).toHaveLength(1)
  expect(await world.log()).toContainEqual({ name: 'Rui', state: 'suppressed', reason: 'cap_7d' })
})

test('statuses doubled, batched and in any order end as read, each with its first time', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  await world.pass(30)
  world.sandbox.whatsapp.setFaults({ extraCopies: 3, shuffle: true, hold: true, batchSize: 5 })
  await world.restock('MUG', 5)
  world.sandbox.whatsapp.reads(rui)
  world.sandbox.whatsapp.setFaults({ hold: false })
  await world.settle()
  const [message] = await world.db.query<{ state: string; times: number }>(
    `select state, num_nonnulls(accepted_at, sent_at, delivered_at, read_at) as times from messages where purpose = 'campaign'`,
  )
  expect(message).toEqual({ state: 'read', times: 4 })
  expect(await world.log()).toEqual([{ name: 'Rui', state: 'delivered', reason: null }])
})

test('an answer that never came is uncertain until a status tells, and is not sent again', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  await world.pass(30)
  world.sandbox.whatsapp.setFaults({ loseAnswers: 1, hold: true })
  await world.restock('MUG', 5)
  const stateOf = async (): Promise<string | undefined> =>
    (await world.db.query<{ state: string }>(`select state from messages where purpose = 'campaign'`))[0]
      ?.state
  expect(await stateOf()).toBe('uncertain')
  await world.pass(16)
  expect(await stateOf()).toBe('outcome_unknown')
  world.sandbox.whatsapp.setFaults({ hold: false })
  await world.settle()
  expect(await stateOf()).toBe('delivered')
  expect(world.templatesTo(rui)).toHaveLength(1)
})

test('STOP in the hour between two waves holds for the second', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const people: string[] = []
  for (let at = 0; at < 5; at++) {
    const phone = await world.person(`P${at}`)
    await world.looksAt(phone, 'MUG')
    people.push(phone)
  }
  await world.pass(30)
  await world.restock('MUG', 1)
  world.sandbox.whatsapp.writes(people[3] ?? '', 'Please STOP.')
  await world.settle()
  await world.pass(90)
  expect(world.templatesTo(people[3] ?? '')).toEqual([])
  expect(world.templatesTo(people[4] ?? '')).toHaveLength(1)
  expect(await world.log()).toContainEqual({ name: 'P3', state: 'suppressed', reason: 'opted_out' })
})

test('Meta’s own stop ends campaigns, and resume alone brings back what ours allows', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  world.sandbox.whatsapp.prefersMarketing(rui, 'stop')
  await world.pass(30)
  await world.restock('MUG', 5)
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.log()).toEqual([{ name: 'Rui', state: 'suppressed', reason: 'meta_stop' }])
  world.sandbox.whatsapp.prefersMarketing(rui, 'resume')
  await world.settle()
  const [person] = await world.db.query(`select consent, meta_stop from people where first_name = 'Rui'`)
  expect(person).toEqual({ consent: 'opted_in', metaStop: false })
})

test('a template that Meta has paused is waited for, and the log says so until it is too late', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  for (const template of world.sandbox.whatsapp.templates()) {
    world.sandbox.whatsapp.setTemplateStatus(template.name, template.language, 'PAUSED')
  }
  await world.pass(30)
  await world.restock('MUG', 5)
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.log()).toEqual([{ name: 'Rui', state: 'reserved', reason: 'template_paused' }])
  await world.pass(72 * 60)
  await world.pass(16)
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.log()).toMatchObject([{ name: 'Rui', state: 'expired' }])
})

test('before a wave the shop is asked again, and what it has then counts', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  await world.pass(30)
  await world.sandbox.shop.setStock('MUG', 5)
  await world.settle()
  // Sold out again a minute later; that webhook is still in the shop's queue when the wave is due.
  world.sandbox.shop.setWebhookMode('async')
  world.clock.advance(60_000)
  await world.sandbox.shop.setStock('MUG', 0)
  world.clock.advance(60_000)
  await world.app.lanes.drain()
  expect(world.templatesTo(rui)).toEqual([])
  expect(await world.db.query('select is_in_stock, stock_quantity from products')).toEqual([
    { isInStock: false, stockQuantity: 0 },
  ])
})
