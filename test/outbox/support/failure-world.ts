import { openStage, type Stage } from '../../../src/app-stage.ts'
import { enqueueMessage } from '../../../src/outbox/enqueue-message.ts'
import type { Content } from '../../../src/outbox/message.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { pino } from 'pino'
import { createTestDatabase } from '../../support/database.ts'
import { templateContent, type MessageRow } from './outbox-world.ts'

/** A whole hub and a played WhatsApp, with people whom nothing has happened to yet. */
export interface FailureWorld extends Stage {
  phoneNumberId: number
  /** Somebody with WhatsApp whom the hub knows and who has just written. `known`: by what; left out, by number and user id. */
  person(options?: { country?: string; known?: readonly Known[] }): Promise<TestPerson>
  enqueue(person: TestPerson, content?: Content): Promise<number>
  message(id: number): Promise<MessageRow>
  /** As if no message had ever failed: what stopped, waits or is known of failures is forgotten. */
  reset(): Promise<void>
}

/** A number that somebody typed, one that wrote, a user id that wrote. */
export type Known = 'phone' | 'wa_id' | 'bsuid'

export interface TestPerson {
  id: number
  /** E.164 with + */
  phone: string
  bsuid: string
}

let people = 0

export async function createFailureWorld(): Promise<FailureWorld> {
  const db = await createTestDatabase({ prepares: true })
  const stage = await openStage({
    db,
    now: new Date('2026-03-10T12:00:00Z'),
    log: pino({ level: 'silent' }),
    seed: 'empty',
    templateLanguages: ['en'],
  })
  const { shop, clock, sandbox } = stage
  const [number] = await db.query<{ id: number }>(`select id from phone_numbers`)
  const phoneNumberId = number!.id
  await addOtherNumbers(stage)
  await db.execute(`create table templates_kept as select * from templates`)
  const person: FailureWorld['person'] = async ({ country = 'PT', known = ['wa_id', 'bsuid'] } = {}) => {
    const phone = `+35191${String(2_000_000 + people++)}`
    const { bsuid } = sandbox.whatsapp.addPerson({ name: 'Ana', phone, country, readsAtOnce: false })
    sandbox.whatsapp.changePerson(phone, { lastWroteMs: clock.now().getTime() })
    const [row] = await db.query<{ id: number }>(
      `with added as (
         insert into people (shop_id, public_id, root_id, send_regions, consent, meta_stop, country, last_inbound_at, created_at, updated_at)
         values ($1, $2, 0, '{}', 'opted_in', false, $3, $4, $4, $4) returning id
       ), known as (
         insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
         select $1, added.id, kind, value, value, kind <> 'phone', 'test', $4
         from added, (values ('wa_id', $5), ('phone', $5), ('bsuid', $6)) identity(kind, value) where kind = any($7)
       )
       select id from added`,
      [shop.id, `public-${people}`, country, clock.now(), phone, bsuid, known],
    )
    await db.execute(`update people set root_id = id where id = $1`, [row!.id])
    return { id: row!.id, phone, bsuid }
  }
  return {
    ...stage,
    phoneNumberId,
    person,
    enqueue: async ({ id: personId }, content = { ...templateContent, languages: ['en'] }) => {
      const order = { shopId: shop.id, phoneNumberId, personId, content, now: clock.now() }
      const { messageId } = await db.transaction((tx) =>
        enqueueMessage(
          tx,
          { random: systemRandom, wake: () => undefined },
          { ...order, purpose: 'transactional' },
        ),
      )
      return messageId
    },
    message: async (id) => {
      const [row] = await db.query<MessageRow>(`select * from messages where id = $1`, [id])
      return row!
    },
    reset: () => reset(stage),
    [Symbol.asyncDispose]: async () => {
      await stage[Symbol.asyncDispose]()
      await db[Symbol.asyncDispose]()
    },
  }
}

/** A second number of the same account, and one of another account of the shop. */
async function addOtherNumbers({ db, shop, clock }: Stage): Promise<void> {
  await db.execute(
    `with own as (select * from meta_wabas order by id limit 1), other as (
       insert into meta_wabas (shop_id, app_id, portfolio_id, meta_id, updated_at)
       select shop_id, app_id, portfolio_id, 'other-account', $2 from own returning id
     ), added as (
       insert into phone_numbers (shop_id, waba_id, meta_id, display_phone_number, rate_per_second, state, updated_at)
       select $1::bigint, id, 'same-account', '+351211111111', 80, 'active', $2::timestamptz from own
       union all select $1, id, 'other-account', '+351222222222', 80, 'active', $2 from other returning id
     )
     insert into number_pace (phone_number_id, next_slot_at) select id, $2 from added`,
    [shop.id, clock.now()],
  )
}

async function reset({ db, sandbox }: Stage): Promise<void> {
  sandbox.whatsapp.clearFaults()
  await db.execute(`delete from messages`)
  await db.execute(`delete from notices`)
  await db.execute(`delete from contact_pace`)
  await db.execute(`update phone_numbers set state = 'active', state_reason = null`)
  await db.execute(
    `update number_pace set slowed_to = 1, slowed_at = null, paused_until = null, pause_reason = null, next_slot_at = clock_timestamp()`,
  )
  await db.execute(`delete from templates`)
  await db.execute(`insert into templates select * from templates_kept`)
}
