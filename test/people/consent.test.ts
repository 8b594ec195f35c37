import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideCandidate } from '../../src/campaigns/decide-candidate.ts'
import { addAlert, listOpenAlerts } from '../../src/people/alerts.ts'
import {
  pauseMarketing,
  resumeMarketing,
  setConsent,
  setMetaStop,
  type ConsentDeps,
} from '../../src/people/consent.ts'
import { joinConsents, type ConsentToJoin } from '../../src/people/decide-joined-consent.ts'
import { loadPerson } from '../../src/people/person-store.ts'
import { settlePauses } from '../../src/people/settle-pauses.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'
import { insertProduct, someMonday } from '../support/rows.ts'
import {
  after,
  bsuid,
  createPeopleWorld,
  customer,
  day,
  hour,
  minute,
  waId,
  type PeopleWorld,
} from './people-world.ts'

type Told = Parameters<ConsentDeps['onOptOut']>[1]

function listening(): { told: Told[]; deps: ConsentDeps } {
  const told: Told[] = []
  return { told, deps: { onOptOut: async (_tx, end) => void told.push(end) } }
}

const { deps: deaf } = listening()

function change(
  world: PeopleWorld,
  personId: number,
  to: 'opted_in' | 'opted_out' | 'pending',
  more: { at?: Date; saidAt?: Date; how?: string; deps?: ConsentDeps } = {},
) {
  const { at = someMonday, how = 'keyword', deps = deaf, saidAt } = more
  return world.db.transaction((tx) =>
    setConsent(tx, deps, {
      shopId: world.shopId,
      personId,
      to,
      how,
      now: at,
      ...(saidAt === undefined ? {} : { saidAt }),
    }),
  )
}

function ask(world: PeopleWorld, personId: number, productId: number, at: Date) {
  return world.db.transaction((tx) =>
    addAlert(tx, {
      shopId: world.shopId,
      personId,
      productId,
      kind: 'back_in_stock',
      anyVariation: false,
      source: 'chat',
      now: at,
      expiresAt: new Date(at.getTime() + 90 * day),
    }),
  )
}

const log = (world: PeopleWorld) =>
  world.db.query<{ state: string; how: string; purpose: string }>(
    'select purpose, state, how from consent_log order by id',
  )

test('a stop is logged, ends what is planned and closes what was asked for', async () => {
  await using world = await createPeopleWorld()
  const { told, deps } = listening()
  const person = await world.meet([waId('351912345678')])
  await change(world, person, 'opted_in')
  await ask(
    world,
    person,
    await insertProduct(world.db, world.shopId, someMonday, { wcId: 1 }),
    after(minute),
  )

  expect(await change(world, person, 'opted_out', { at: after(hour), deps })).toEqual({ changed: true })

  expect(await loadPerson(world.db, person)).toMatchObject({ consent: 'opted_out', consentAt: after(hour) })
  expect(await listOpenAlerts(world.db, person, after(hour))).toEqual([])
  expect(await world.db.query('select end_reason, ended_at from alerts')).toEqual([
    { endReason: 'opted_out', endedAt: after(hour) },
  ])
  expect(told).toEqual([{ shopId: world.shopId, personId: person, reason: 'opted_out', now: after(hour) }])
  expect(await log(world)).toEqual([
    { purpose: 'marketing', state: 'opted_in', how: 'keyword' },
    { purpose: 'alert', state: 'opted_in', how: 'chat' },
    { purpose: 'marketing', state: 'opted_out', how: 'keyword' },
  ])
})

test('a second stop changes nothing, unless something was asked for since', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  const product = await insertProduct(world.db, world.shopId, someMonday, { wcId: 1 })
  await change(world, person, 'opted_out')
  expect(await change(world, person, 'opted_out', { at: after(minute) })).toEqual({ changed: false })
  expect(await log(world)).toHaveLength(1)

  await ask(world, person, product, after(hour))
  expect(await change(world, person, 'opted_out', { at: after(2 * hour) })).toEqual({ changed: true })
  expect(await listOpenAlerts(world.db, person, after(2 * hour))).toEqual([])
  expect(await loadPerson(world.db, person)).toMatchObject({ consentAt: after(2 * hour) })
})

test('pending never takes back an answer', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  expect(await change(world, person, 'pending')).toEqual({ changed: true })
  await change(world, person, 'opted_out')
  expect(await change(world, person, 'pending')).toEqual({ changed: false })
  expect(await loadPerson(world.db, person)).toMatchObject({ consent: 'opted_out' })
})

test('a start that was written before a stop and comes after it changes nothing', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  await change(world, person, 'opted_out', { at: after(hour), saidAt: after(hour) })
  expect(
    await change(world, person, 'opted_in', { at: after(2 * hour), saidAt: after(hour - minute) }),
  ).toEqual({ changed: false })
  expect(
    await change(world, person, 'opted_in', { at: after(3 * hour), saidAt: after(hour + minute) }),
  ).toEqual({ changed: true })
})

test('a stop holds even when it was written before the start that overtook it', async () => {
  await using world = await createPeopleWorld()
  const person = await world.meet([waId('351912345678')])
  await change(world, person, 'opted_in', { at: after(hour), saidAt: after(hour) })
  expect(await change(world, person, 'opted_out', { at: after(2 * hour), saidAt: after(minute) })).toEqual({
    changed: true,
  })
})

test('a stop that names a merged record stops the person', async () => {
  await using world = await createPeopleWorld()
  const root = await world.meet([waId('351912345678')])
  const merged = await world.meet([bsuid('PT.1')])
  await world.meet([waId('351912345678'), bsuid('PT.1')])
  await change(world, root, 'opted_in')

  const { told, deps } = listening()
  await change(world, merged, 'opted_out', { at: after(hour), deps })

  expect(await loadPerson(world.db, root)).toMatchObject({ consent: 'opted_out' })
  expect(told).toMatchObject([{ personId: root }])
})

test("Meta's stop and ours are two flags: its resume clears only its own", async () => {
  await using world = await createPeopleWorld()
  const { told, deps } = listening()
  const person = await world.meet([waId('351912345678')])
  const meta = (stop: boolean, at: Date) =>
    world.db.transaction((tx) =>
      setMetaStop(tx, deps, {
        shopId: world.shopId,
        personId: person,
        stop,
        how: 'meta_preference',
        now: at,
      }),
    )
  await change(world, person, 'opted_in')

  expect(await meta(true, after(minute))).toEqual({ changed: true })
  expect(await meta(true, after(minute))).toEqual({ changed: false })
  expect(await loadPerson(world.db, person)).toMatchObject({ consent: 'opted_in', metaStop: true })
  await change(world, person, 'opted_out')
  expect(await meta(false, after(hour))).toEqual({ changed: true })

  expect(await loadPerson(world.db, person)).toMatchObject({ consent: 'opted_out', metaStop: false })
  expect(told.map((end) => end.reason)).toEqual(['meta_stop'])
})

describe('a sentence that means stop', () => {
  async function paused() {
    const world = await createPeopleWorld()
    const { told, deps } = listening()
    const person = await world.meet([waId('351912345678')])
    await change(world, person, 'opted_in')
    const about = { shopId: world.shopId, personId: person }
    await world.db.transaction((tx) =>
      pauseMarketing(tx, deps, {
        ...about,
        wording: 'please stop sending me this',
        language: 'en',
        now: someMonday,
      }),
    )
    const clock = createStandingClock(someMonday)
    const settle = () => settlePauses({ db: world.db, clock, shopId: world.shopId, pauseHours: 24, ...deps })
    return {
      world,
      person,
      told,
      clock,
      settle,
      about,
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    }
  }

  test('pauses marketing at once and, unanswered for a day, is an opt-out', async () => {
    await using scene = await paused()
    const { world, person, told, clock, settle } = scene
    expect(await loadPerson(world.db, person)).toMatchObject({
      consent: 'opted_in',
      marketingPausedAt: someMonday,
    })
    expect(told.map((end) => end.reason)).toEqual(['paused'])

    clock.set(after(day - 1))
    expect(await settle()).toBe(0)
    clock.set(after(day))
    expect(await settle()).toBe(1)
    expect(await settle()).toBe(0)

    expect(await loadPerson(world.db, person)).toMatchObject({
      consent: 'opted_out',
      marketingPausedAt: null,
    })
    expect((await log(world)).at(-1)).toEqual({ purpose: 'marketing', state: 'opted_out', how: 'no_answer' })
  })

  test('answered with "keep" changes nothing', async () => {
    await using scene = await paused()
    const { world, person, clock, settle, about } = scene
    await world.db.transaction((tx) => resumeMarketing(tx, { ...about, now: after(hour) }))
    clock.set(after(2 * day))
    expect(await settle()).toBe(0)
    expect(await loadPerson(world.db, person)).toMatchObject({ consent: 'opted_in', marketingPausedAt: null })
  })

  test('is not an opt-out when the answer comes while the day is being settled', async () => {
    await using scene = await paused()
    const { world, person, clock, settle, about } = scene
    clock.set(after(day))
    const answerIsWritten = gate()
    const answerMayCommit = gate()
    const answer = world.db.transaction(async (tx) => {
      await resumeMarketing(tx, { ...about, now: after(day) })
      answerIsWritten.resolve()
      await answerMayCommit.promise
    })
    await answerIsWritten.promise
    const settling = settle()
    await waitUntilBlocked(world)
    answerMayCommit.resolve()
    await Promise.all([answer, settling])
    expect(await loadPerson(world.db, person)).toMatchObject({ consent: 'opted_in', marketingPausedAt: null })
  })
})

function gate(): { promise: Promise<void>; resolve: () => void } {
  let open = (): void => undefined
  const promise = new Promise<void>((resolve) => (open = resolve))
  return { promise, resolve: () => open() }
}

async function waitUntilBlocked(world: PeopleWorld): Promise<void> {
  for (;;) {
    const rows = await world.db.query(
      `select 1 as one from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
  }
}

describe('when people turn out to be one', () => {
  const someone = (
    consent: ConsentToJoin['consent'],
    at: number,
    more: Partial<ConsentToJoin> = {},
  ): ConsentToJoin => ({
    consent,
    consentAt: consent === 'unknown' ? null : after(at * hour),
    consentSource: consent === 'unknown' ? null : 'keyword',
    metaStop: false,
    marketingPausedAt: null,
    optedInHow: consent === 'opted_in' ? 'keyword' : null,
    ...more,
  })

  test.each([
    [
      'an opt-out wins over an earlier opt-in',
      [someone('opted_in', 1), someone('opted_out', 2)],
      'opted_out',
    ],
    [
      'an opt-in of their own that came later wins',
      [someone('opted_out', 1), someone('opted_in', 2)],
      'opted_in',
    ],
    [
      'an import that came later does not',
      [someone('opted_out', 1), someone('opted_in', 2, { optedInHow: 'import' })],
      'opted_out',
    ],
    ['at the same moment the opt-out wins', [someone('opted_in', 2), someone('opted_out', 2)], 'opted_out'],
    [
      'the later of two opt-outs counts',
      [someone('opted_out', 3), someone('opted_in', 2), someone('opted_out', 1)],
      'opted_out',
    ],
    [
      'any answer wins over none',
      [someone('unknown', 0), someone('pending', 3), someone('opted_in', 1)],
      'opted_in',
    ],
    ['pending is more than unknown', [someone('unknown', 0), someone('pending', 3)], 'pending'],
  ] as const)('%s', (_, people, consent) => {
    expect(joinConsents(people).consent).toBe(consent)
    expect(joinConsents(people.toReversed()).consent).toBe(consent)
  })

  test("Meta's stop and a pause of one of them are everybody's", () => {
    expect(
      joinConsents([
        someone('opted_in', 1),
        someone('unknown', 0, { metaStop: true, marketingPausedAt: after(hour) }),
      ]),
    ).toMatchObject({ consent: 'opted_in', metaStop: true, marketingPausedAt: after(hour) })
  })

  test('the opt-out that wins is logged and closes what the other one had asked for before', async () => {
    await using world = await createPeopleWorld()
    const root = await world.meet([waId('351912345678')])
    const other = await world.meet([bsuid('PT.1')])
    const early = await insertProduct(world.db, world.shopId, someMonday, { wcId: 1 })
    const late = await insertProduct(world.db, world.shopId, someMonday, { wcId: 2 })
    await change(world, root, 'opted_in')
    await ask(world, root, early, after(minute))
    await change(world, other, 'opted_out', { at: after(hour) })
    await ask(world, root, late, after(2 * hour))

    await world.meet([waId('351912345678'), bsuid('PT.1')], { at: after(3 * hour) })

    expect(await loadPerson(world.db, root)).toMatchObject({ consent: 'opted_out', consentAt: after(hour) })
    expect((await log(world)).at(-1)).toEqual({ purpose: 'marketing', state: 'opted_out', how: 'merge' })
    expect(await listOpenAlerts(world.db, root, after(3 * hour))).toMatchObject([{ productId: late }])
  })

  test('an opt-in by an import does not undo an opt-out of the same person', async () => {
    await using world = await createPeopleWorld()
    const root = await world.meet([customer(1)])
    await world.meet([waId('351912345678')])
    const writer = await world.meet([waId('351912345678')])
    await change(world, writer, 'opted_out')
    await change(world, root, 'opted_in', { at: after(hour), how: 'import' })
    await world.meet([customer(1), waId('351912345678')])
    expect(await loadPerson(world.db, root)).toMatchObject({ consent: 'opted_out' })
  })
})

type Act = {
  kind: 'in' | 'out' | 'pending' | 'meta_stop' | 'meta_resume' | 'pause' | 'keep' | 'ask' | 'later'
}

test('whatever happens in whatever order: once somebody opted out, nothing may go until they opt in or ask again', async () => {
  await using world = await createPeopleWorld()
  const product = await insertProduct(world.db, world.shopId, someMonday, { wcId: 1 })
  let people = 0
  const act = fc.constantFrom<Act['kind']>(
    'in',
    'out',
    'pending',
    'meta_stop',
    'meta_resume',
    'pause',
    'keep',
    'ask',
    'later',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), async (acts) => {
      const personId = await world.meet([customer(++people)])
      let now = someMonday
      let isOut = false
      let hasAskedSince = false
      for (const kind of acts) {
        now = new Date(now.getTime() + minute)
        await perform(world, { kind, personId, product, now })
        if (kind === 'out') [isOut, hasAskedSince] = [true, false]
        if (kind === 'in') isOut = false
        if (kind === 'later') {
          now = new Date(now.getTime() + 2 * day)
          if (await settle(world, now, personId)) [isOut, hasAskedSince] = [true, false]
        }
        if (kind === 'ask') hasAskedSince = true
        if (!isOut) continue
        expect(await mayGo(world, personId, 'campaign', now)).toBe(false)
        if (!hasAskedSince) expect(await mayGo(world, personId, 'alert', now)).toBe(false)
      }
    }),
    { numRuns: 60 },
  )
})

async function perform(
  world: PeopleWorld,
  { kind, personId, product, now }: Act & { personId: number; product: number; now: Date },
): Promise<void> {
  const about = { shopId: world.shopId, personId, now }
  const consents = { in: 'opted_in', out: 'opted_out', pending: 'pending' } as const
  await world.db.transaction(async (tx) => {
    if (kind === 'in' || kind === 'out' || kind === 'pending') {
      await setConsent(tx, deaf, { ...about, to: consents[kind], how: 'keyword' })
    }
    if (kind === 'meta_stop' || kind === 'meta_resume') {
      await setMetaStop(tx, deaf, { ...about, stop: kind === 'meta_stop', how: 'meta_preference' })
    }
    if (kind === 'pause')
      await pauseMarketing(tx, deaf, { ...about, wording: 'please stop sending me this', language: 'en' })
    if (kind === 'keep') await resumeMarketing(tx, about)
  })
  if (kind === 'ask') await ask(world, personId, product, now)
}

/** Whether it opted the person out. */
async function settle(world: PeopleWorld, now: Date, personId: number): Promise<boolean> {
  const before = await loadPerson(world.db, personId)
  await settlePauses({
    db: world.db,
    clock: createStandingClock(now),
    shopId: world.shopId,
    pauseHours: 24,
    ...deaf,
  })
  return before.marketingPausedAt !== null
}

async function mayGo(
  world: PeopleWorld,
  personId: number,
  purpose: 'campaign' | 'alert',
  now: Date,
): Promise<boolean> {
  const person = await loadPerson(world.db, personId)
  const [alert] = await listOpenAlerts(world.db, personId, now)
  if (purpose === 'alert' && alert === undefined) return false
  const decision = decideCandidate(
    {
      purpose,
      askedAt: purpose === 'alert' ? (alert?.askedAt ?? null) : null,
      expiresAt: new Date(now.getTime() + day),
    },
    {
      ...person,
      personId,
      counted: [],
      hasOpenAlert: alert !== undefined,
      lastOrderAt: null,
      inConversation: false,
    },
    { isOpen: true, opensAt: now },
    { settings: defaultShopSettings, now },
  )
  return decision.kind === 'reserve'
}
