import { describe, expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.ts'

interface Shown {
  state: string
  stateText: string
  reason: string | null
  reasonText: string | null
  attempt: number
}

/** Somebody who waits for a mug; what comes is a campaign's message. */
async function somebodyWaits(world: World): Promise<string> {
  await world.product('MUG', 0)
  const rui = await world.person('Rui')
  await world.looksAt(rui, 'MUG')
  await world.pass(30)
  return rui
}

/** The newest message of a purpose, as a merchant sees it. */
async function shown(world: World, purpose: 'campaign' | 'reply'): Promise<Shown> {
  const answer = await fetch(`${world.url}/v1/messages?purpose=${purpose}&shop=${world.shop.key}`, {
    headers: { authorization: `Bearer ${world.apiToken}` },
  })
  const { items } = (await answer.json()) as { items: Shown[] }
  return items[0]!
}

async function isCounted(world: World): Promise<boolean> {
  const [row] = await world.db.query<{ countedAt: Date | null }>(
    `select counted_at from messages where purpose = 'campaign'`,
  )
  return row?.countedAt !== null
}

const stateInLog = async (world: World): Promise<string | undefined> => (await world.log())[0]?.state

describe('a campaign’s message whose answer never came', () => {
  test.each([
    ['because the connection was cut', { loseAnswers: 1 }],
    ['because it took too long', { hangAnswers: 1 }],
    ['but a 502 without a word from Meta', { emptyAnswers: 1 }],
  ])('%s is uncertain, and settled by the status with our id', async (_, fault) => {
    await using world = await createWorld({ graphTimeoutMs: 400 })
    const rui = await somebodyWaits(world)
    world.sandbox.whatsapp.setFaults({ ...fault, hold: true })
    await world.restock('MUG', 5)
    expect(await shown(world, 'campaign')).toMatchObject({
      state: 'uncertain',
      stateText: expect.stringMatching(/nobody knows yet/),
      reason: 'unanswered',
      reasonText: expect.stringMatching(/did not answer/),
    })
    expect(await stateInLog(world)).toBe('uncertain')
    world.sandbox.whatsapp.setFaults({ hold: false })
    await world.settle()
    expect(await shown(world, 'campaign')).toMatchObject({ state: 'delivered', reason: null, attempt: 1 })
    expect(await world.log()).toEqual([{ name: 'Rui', state: 'delivered', reason: null }])
    await world.pass(60)
    expect(world.templatesTo(rui)).toHaveLength(1)
  })

  test('and of which no status came either ends as unknown, counts, and never goes again', async () => {
    await using world = await createWorld()
    const rui = await somebodyWaits(world)
    world.sandbox.whatsapp.setFaults({ loseAnswers: 1, dropStatusShareBps: 10_000 })
    await world.restock('MUG', 5)
    await world.pass(16)
    expect(await shown(world, 'campaign')).toMatchObject({
      state: 'outcome_unknown',
      stateText: expect.stringMatching(/may or may not have arrived/),
      reasonText: expect.stringMatching(/not sent again, and it counts as sent/),
      attempt: 1,
    })
    expect(await stateInLog(world)).toBe('unknown')
    expect(await isCounted(world)).toBe(true)
    await world.pass(24 * 60)
    expect(world.templatesTo(rui)).toHaveLength(1)
  })

  test('and that WhatsApp had not even taken is not sent again either, for nobody can know', async () => {
    await using world = await createWorld()
    const rui = await somebodyWaits(world)
    world.sandbox.whatsapp.setFaults({ unavailable: 1 })
    await world.restock('MUG', 5)
    await world.pass(16)
    expect(await shown(world, 'campaign')).toMatchObject({ state: 'outcome_unknown' })
    await world.pass(24 * 60)
    expect(world.templatesTo(rui)).toEqual([])
  })

  test('is told as failed when its status says so, and counts no more', async () => {
    await using world = await createWorld()
    await somebodyWaits(world)
    world.sandbox.whatsapp.setFaults({ loseAnswers: 1, fail: { code: 131026 } })
    await world.restock('MUG', 5)
    expect(await shown(world, 'campaign')).toMatchObject({ state: 'failed', reason: 'number_unreachable' })
    expect(await stateInLog(world)).toBe('failed')
    expect(await isCounted(world)).toBe(false)
  })

  test('and whose status says it is worth it is tried again: that one was never sent on', async () => {
    await using world = await createWorld()
    const rui = await somebodyWaits(world)
    world.sandbox.whatsapp.setFaults({ loseAnswers: 1, fail: { code: 131016, times: 1 } })
    await world.restock('MUG', 5)
    await world.pass(1)
    expect(await shown(world, 'campaign')).toMatchObject({ state: 'delivered', attempt: 2 })
    expect(world.templatesTo(rui).flatMap(({ statuses }) => statuses.map(({ status }) => status))).toEqual([
      'failed',
      'sent',
      'delivered',
    ])
  })

  test.each([
    ['delivered', undefined, { message: 'delivered', log: 'delivered', counts: true }],
    ['failed', { code: 131026 }, { message: 'failed', log: 'failed', counts: false }],
  ])('and that was given up is reopened by a status that comes late: %s', async (_, fail, end) => {
    await using world = await createWorld()
    const rui = await somebodyWaits(world)
    world.sandbox.whatsapp.setFaults({
      loseAnswers: 1,
      hold: true,
      ...(fail === undefined ? {} : { fail }),
    })
    await world.restock('MUG', 5)
    await world.pass(6 * 60)
    expect([await shown(world, 'campaign'), await stateInLog(world)]).toMatchObject([
      { state: 'outcome_unknown' },
      'unknown',
    ])
    world.sandbox.whatsapp.setFaults({ hold: false })
    await world.settle()
    expect(await shown(world, 'campaign')).toMatchObject({ state: end.message })
    expect(await stateInLog(world)).toBe(end.log)
    expect(await isCounted(world)).toBe(end.counts)
    expect(world.templatesTo(rui)).toHaveLength(1)
  })
})

describe('a reply whose answer never came', () => {
  const repliesTo = (world: World, phone: string): number =>
    world.sandbox.whatsapp.inbox(phone).filter(({ direction }) => direction === 'to_person').length

  test('is sent again once when no status came, and ends as unknown when that is not answered either', async () => {
    await using world = await createWorld()
    const rui = await world.person('Rui')
    const before = repliesTo(world, rui)
    world.sandbox.whatsapp.setFaults({ loseAnswers: 2, dropStatusShareBps: 10_000 })
    world.sandbox.whatsapp.writes(rui, 'STOP')
    await world.settle()
    expect(await shown(world, 'reply')).toMatchObject({
      state: 'uncertain',
      reason: 'unanswered',
      attempt: 1,
    })
    await world.pass(15)
    expect(repliesTo(world, rui)).toBe(before + 2)
    await world.pass(16)
    expect(await shown(world, 'reply')).toMatchObject({ state: 'outcome_unknown', attempt: 2 })
    await world.pass(60)
    expect(repliesTo(world, rui)).toBe(before + 2)
  })

  test('is not sent again when a status told of it in time', async () => {
    await using world = await createWorld()
    const rui = await world.person('Rui')
    const before = repliesTo(world, rui)
    world.sandbox.whatsapp.setFaults({ loseAnswers: 1 })
    world.sandbox.whatsapp.writes(rui, 'STOP')
    await world.settle()
    await world.pass(60)
    expect(await shown(world, 'reply')).toMatchObject({ state: 'delivered', attempt: 1 })
    expect(repliesTo(world, rui)).toBe(before + 1)
  })
})
