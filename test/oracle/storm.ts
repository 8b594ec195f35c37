import { pino } from 'pino'
import { runDaily } from '../../src/campaigns/daily/run-daily.ts'
import { createFollowMessages } from '../../src/campaigns/follow-messages.ts'
import { suppressCandidaciesOf } from '../../src/campaigns/log-store.ts'
import { planCampaigns } from '../../src/campaigns/plan-campaigns.ts'
import type { PlannerDeps } from '../../src/campaigns/planner.ts'
import { createPrepareMessages } from '../../src/campaigns/prepare-messages.ts'
import type { SendResult } from '../../src/connectors/meta/cloud-api.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { resolveUncertain } from '../../src/outbox/resolve-uncertain.ts'
import { sendDue, type SendDeps } from '../../src/outbox/sender.ts'
import { settleStatuses } from '../../src/outbox/settle-statuses.ts'
import { suppressWaiting } from '../../src/outbox/suppress-waiting.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { answerAlerts, reopenAlerts } from '../../src/people/alerts.ts'
import { setConsent } from '../../src/people/consent.ts'
import { createStandingClock, type MovableClock } from '../../src/platform/clock.ts'
import type { Database, Tx } from '../../src/platform/database.ts'
import { createSeededRandom, systemRandom, type Random } from '../../src/platform/random.ts'
import { unpaced } from '../outbox/support/unpaced.ts'
import { insertTemplates } from '../support/rows.ts'
import { buildBusyShop, happenings } from './busy-shop.ts'
import { minuteMs, type Moment, type World } from './world.ts'
import { writeWorld } from './write-world.ts'

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })

/** What was sent to somebody when they opted out. Nothing may be added to it. */
export interface OptOut {
  personId: number
  at: Moment
  sentBefore: number[]
}

export interface Storm {
  world: World
  optOuts: OptOut[]
  /** The last moment. */
  end: Moment
}

export interface StormOptions {
  people: number
  products: number
  seed: number
  /** Hours between the moments at which everybody works at once. */
  gapHours: readonly number[]
}

const planners = 8
const senders = 4

/**
 * A shop's weeks, moment by moment: things happen, then 8 planners and 4 senders work at once, while people opt out and order and WhatsApp
 * says what became of messages. At the end everything has had the time to come to its end.
 */
export async function raiseStorm(db: Database, options: StormOptions): Promise<Storm> {
  const random = createSeededRandom(options.seed)
  const world = buildBusyShop(options, random)
  const clock = createStandingClock(new Date(Date.parse('2026-03-02T09:30:00Z')))
  await writeWorld(db, world, clock.now().getTime())
  await insertTemplates(db, { shopId: world.shop.id }, clock.now())
  await giveNumbers(db, world.shop.id)
  const optOuts: OptOut[] = []
  for (const gap of options.gapHours) {
    clock.advance(gap * 60 * minuteMs)
    await happenings(db, world, random, clock.now())
    const scene = { db, world, clock, random, optOuts }
    const slot = clock.now()
    await Promise.all(
      [1, 2].map(() => runDaily(plannerDeps(scene), world.shop.id, slot, { peopleAtOnce: 16 })),
    )
    // First only planners, so that there is something to be stopped before it goes.
    await Promise.all(Array.from({ length: planners }, () => planCampaigns(plannerDeps(scene))))
    await Promise.all([disturb(scene), runUntilIdle(scene)])
    await tellStatuses(scene)
  }
  // Whatever waits is past its time now, and nothing new happens.
  clock.advance(60 * 24 * 60 * minuteMs)
  await runUntilIdle({ db, world, clock, random, optOuts })
  return { world, optOuts, end: clock.now().getTime() }
}

interface Scene {
  db: Database
  world: World
  clock: MovableClock
  random: Random
  optOuts: OptOut[]
}

/** Everybody can be reached on WhatsApp. */
async function giveNumbers(db: Database, shopId: number): Promise<void> {
  await db.execute(
    `insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
     select shop_id, id, 'wa_id', '+35191' || id, '35191' || id, true, 'whatsapp', created_at from people where shop_id = $1`,
    [shopId],
  )
}

async function runUntilIdle(scene: Scene): Promise<void> {
  const { db, clock } = scene
  const planning = plannerDeps(scene)
  const sending = senderDeps(scene)
  for (let idle = 0; idle < 2;) {
    const handled = await Promise.all([
      ...Array.from({ length: planners }, () => planCampaigns(planning)),
      ...Array.from({ length: senders }, () => sendDue(sending)),
    ])
    idle = handled.every((count) => count === 0) ? idle + 1 : 0
  }
  clock.advance(20 * minuteMs)
  await resolveUncertain({ db, clock, onChanged: sending.onChanged })
}

/** People stop and people buy while everything runs, above all those for whom something waits. */
async function disturb(scene: Scene): Promise<void> {
  const { db, world, clock, random, optOuts } = scene
  const waiting = await db.query<{ personId: number }>(
    `select distinct person_id from messages where shop_id = $1 and state = 'waiting' order by 1`,
    [world.shop.id],
  )
  const some = waiting.filter(() => random.below(8) === 0).map(({ personId }) => personId)
  const anybody = world.people[random.below(world.people.length)]!.id
  for (const personId of [...some, anybody])
    if (random.below(3) === 0) await placeOrder(db, world, random, { personId, at: clock.now() })
    else if (optOuts.length < world.people.length / 4) optOuts.push(await optOut(scene, personId))
}

async function optOut({ db, world, clock }: Scene, personId: number): Promise<OptOut> {
  const now = clock.now()
  const onChanged = createFollowMessages({ answerAlerts, reopenAlerts })
  await db.transaction((tx) =>
    setConsent(
      tx,
      {
        onOptOut: async (within, end) => {
          await suppressCandidaciesOf(within, end.personId, {
            ...end,
            triggers: ['asked', 'viewed', 'daily'],
          })
          const purposes = ['campaign', 'alert'] as const
          await suppressWaiting(within, { onChanged }, { ...end, purposes })
        },
      },
      { shopId: world.shop.id, personId, to: 'opted_out', how: 'keyword', now },
    ),
  )
  const rows = await db.query<{ id: number }>(
    `select m.id from people said join people record on record.root_id = said.root_id join messages m on m.person_id = record.id
     where said.id = $1 and m.purpose in ('campaign', 'alert') and m.started_at is not null`,
    [personId],
  )
  return { personId, at: now.getTime(), sentBefore: rows.map((row) => row.id) }
}

let orders = 0

async function placeOrder(
  db: Database,
  world: World,
  random: Random,
  about: { personId: number; at: Date },
): Promise<void> {
  const product = world.products[random.below(world.products.length)]!
  const id = world.shop.id * 1_000_000 + ++orders
  await db.transaction(async (tx: Tx) => {
    await tx.execute(
      `insert into orders (id, shop_id, wc_id, number, status, counts, person_id, currency, total_minor, items_minor, refunded_minor,
         coupon_codes, placed_at, paid_at, modified_at, created_at, updated_at)
       values ($1, $2, $1, $1::bigint::text, 'processing', true, $3, 'EUR', 1000, 1000, 0, '{}', $4, $4, $4, $4, $4)`,
      [id, world.shop.id, about.personId, about.at],
    )
    await tx.execute(
      `insert into order_lines (shop_id, order_id, wc_line_id, product_wc_id, name, quantity, total_minor) values ($1, $2, 1, $3, 'x', 1, 1)`,
      [world.shop.id, id, product.wcId],
    )
    await tx.execute(
      `insert into person_purchases (person_id, shop_id, orders, first_order_at, last_order_at, spent_minor, updated_at)
       values ($1, $2, 1, $3, $3, 1000, $3)
       on conflict (person_id) do update set orders = person_purchases.orders + 1, last_order_at = $3`,
      [about.personId, world.shop.id, about.at],
    )
  })
}

function plannerDeps({ db, clock }: Scene): PlannerDeps {
  return {
    db,
    clock,
    random: systemRandom,
    log,
    wake: () => undefined,
    rereadProducts: (_, productIds) => Promise.resolve(new Set(productIds)),
  }
}

const links = createLinkTokens(Buffer.alloc(32, 1))
const definitions = loadTemplateDefinitions()

function senderDeps({ db, clock, random }: Scene): SendDeps {
  const prepare = createPrepareMessages({ links, wake: () => undefined })
  return {
    db,
    clock,
    random: systemRandom,
    log,
    onChanged: createFollowMessages({ answerAlerts, reopenAlerts }),
    onMetaStop: () => Promise.resolve(),
    onNumberStop: () => Promise.resolve(),
    pace: unpaced,
    definitions,
    prepare: { alert: prepare, campaign: prepare },
    cloudApiOf: () => Promise.resolve({ send: () => Promise.resolve(answer(random)) }),
  }
}

/** Mostly accepted; now and then no such number, too many requests, or silence. */
function answer(random: Random): SendResult {
  switch (random.below(20)) {
    case 0:
      return { kind: 'refused', code: 131026, details: 'undeliverable' }
    case 1:
      return { kind: 'refused', code: 130429, details: 'too many' }
    case 2:
      return { kind: 'unknown', reason: 'no answer' }
    default:
      return {
        kind: 'accepted',
        wamid: `wamid.${systemRandom.token()}`,
        waId: undefined,
        userId: undefined,
        messageStatus: 'accepted',
      }
  }
}

/** Of what was accepted most is delivered, some read, some lost after all; and some of what nobody knew of turns out to have come. */
async function tellStatuses(scene: Scene): Promise<void> {
  const { db, world, clock, random } = scene
  const now = clock.now()
  const messages = await db.query<{ callbackId: string; wamid: string | null }>(
    `select callback_id, wamid from messages where shop_id = $1 and state in ('accepted', 'outcome_unknown', 'uncertain') order by id`,
    [world.shop.id],
  )
  const statuses = messages.flatMap(({ callbackId, wamid }, at) => {
    const status = (['delivered', 'delivered', 'read', 'failed', undefined] as const)[random.below(5)]
    if (status === undefined) return []
    return {
      shopId: world.shop.id,
      wamid: wamid ?? `late.${at}.${now.getTime()}`,
      callbackData: callbackId,
      status,
      at: now,
      pricing: undefined,
      errors: status === 'failed' ? [{ code: 131026, title: '', message: '', details: undefined }] : [],
    }
  })
  const sending = senderDeps(scene)
  await db.transaction((tx) => settleStatuses(tx, sending, statuses as never, now))
}
