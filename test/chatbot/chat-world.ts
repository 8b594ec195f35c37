import { createInboundHandler } from '../../src/chatbot/handle-inbound-message.ts'
import { parseWhatsAppDelivery } from '../../src/connectors/meta/parse-webhook.ts'
import type { MetaUpdate } from '../../src/connectors/meta/webhook-types.ts'
import { writeMetaUpdate } from '../../src/intake/event-payload.ts'
import type { HandleEvent, InboxEvent, Outcome } from '../../src/intake/inbox-event.ts'
import type { Content } from '../../src/outbox/message.ts'
import type { ConsentDeps } from '../../src/people/consent.ts'
import { createPreferenceHandler, createUserIdHandler } from '../../src/people/handle-person-updates.ts'
import type { Person } from '../../src/people/person.ts'
import type { Database } from '../../src/platform/database.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createTestDatabase } from '../support/database.ts'
import { loadWhatsAppDeliveries } from '../support/fixtures.ts'
import { insertShop, someMonday } from '../support/rows.ts'

export const minute = 60_000
export const hour = 3_600_000
export const day = 86_400_000
export const catalogId = '194836987003835'

export function after(byMs: number): Date {
  return new Date(someMonday.getTime() + byMs)
}

/** What a documented delivery says. */
export function readFixture(name: string): MetaUpdate[] {
  const delivery = loadWhatsAppDeliveries().find((one) => one.name === `${name}.json`)
  if (delivery === undefined) throw new Error(`There is no fixture ${name}.`)
  const parsed = parseWhatsAppDelivery(delivery.body, someMonday)
  if (parsed.kind === 'broken') throw new Error(`${name}: ${parsed.reason}`)
  return parsed.updates
}

export interface Said {
  /** When it was written; Meta tells whole seconds. */
  at?: Date
  /** When it reached us, where that was later. */
  receivedAt?: Date
  from?: string
  userId?: string
  wamid?: string
  [field: string]: unknown
}

export interface ChatWorld extends AsyncDisposable {
  db: Database
  shopId: number
  /** Ids of messages given out so far are wamid.1, wamid.2, … */
  writes: (said: Said) => Promise<Outcome>
  says: (text: string, more?: Said) => Promise<Outcome>
  taps: (id: string, title: string, more?: Said) => Promise<Outcome>
  asksAbout: (retailerId: string, text: string, more?: Said) => Promise<Outcome>
  hears: (updates: MetaUpdate[], receivedAt?: Date) => Promise<Outcome[]>
  /** Everything we answer, in order. */
  replies: () => Promise<Content[]>
  /** The person who wrote last. */
  person: () => Promise<Person>
  optOuts: string[]
  woken: string[]
}

const customerNumber = '351912345678'

/** A shop in Portugal with a WhatsApp number, and one customer who writes to it. */
export async function createChatWorld(numberMetaId = '200'): Promise<ChatWorld> {
  const db = await createTestDatabase()
  const { shopId } = await insertShop(db, someMonday)
  await db.execute('update phone_numbers set meta_id = $1', [numberMetaId])
  const [optOuts, woken]: [string[], string[]] = [[], []]
  const consent: ConsentDeps = { onOptOut: async (_tx, end) => void optOuts.push(end.reason) }
  const deps = {
    ...consent,
    random: createSeededRandom(11),
    wake: (lane: string) => void woken.push(lane),
    countryOfShop: async () => 'PT',
  }
  const handlers: Record<string, HandleEvent> = {
    message: createInboundHandler(deps),
    user_preference: createPreferenceHandler(deps),
    user_id_update: createUserIdHandler(deps),
  }
  let events = 0
  let messages = 0
  const hear = (update: MetaUpdate, receivedAt: Date): Promise<Outcome> => {
    const event: InboxEvent = {
      id: ++events,
      deliveryId: events,
      source: 'whatsapp',
      shopId,
      kind: update.kind,
      lane: null,
      payload: writeMetaUpdate(update),
      attempts: 0,
      receivedAt,
    }
    return db.transaction((tx) => handlers[update.kind]!(tx, event))
  }
  const writes = async ({
    at = someMonday,
    receivedAt,
    from,
    userId,
    wamid,
    ...fields
  }: Said): Promise<Outcome> => {
    const sender = {
      ...(userId === undefined || from !== undefined ? { from: from ?? customerNumber } : {}),
      from_user_id: userId,
    }
    const message = {
      ...sender,
      id: wamid ?? `wamid.${++messages}`,
      timestamp: String(Math.floor(at.getTime() / 1000)),
      ...fields,
    }
    const contact = { profile: { name: 'Ana Silva' }, wa_id: sender.from, user_id: userId }
    const value = {
      messaging_product: 'whatsapp',
      metadata: { phone_number_id: numberMetaId },
      contacts: [contact],
      messages: [message],
    }
    const delivery = {
      object: 'whatsapp_business_account',
      entry: [{ id: '100', changes: [{ field: 'messages', value }] }],
    }
    const parsed = parseWhatsAppDelivery(Buffer.from(JSON.stringify(delivery)), at)
    if (parsed.kind === 'broken' || parsed.updates[0]?.kind !== 'message') throw new Error('not a message')
    return hear(parsed.updates[0], receivedAt ?? at)
  }
  return {
    db,
    shopId,
    optOuts,
    woken,
    writes,
    says: (text, more = {}) => writes({ type: 'text', text: { body: text }, ...more }),
    taps: (id, title, more = {}) =>
      writes({
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id, title } },
        ...more,
      }),
    asksAbout: (retailerId, text, more = {}) =>
      writes({
        type: 'text',
        text: { body: text },
        context: {
          from: '351210000000',
          id: 'wamid.card',
          referred_product: { catalog_id: catalogId, product_retailer_id: retailerId },
        },
        ...more,
      }),
    hears: async (updates, receivedAt = someMonday) => {
      const outcomes: Outcome[] = []
      for (const update of updates) outcomes.push(await hear(update, receivedAt))
      return outcomes
    },
    replies: async () => {
      const rows = await db.query<{ content: Content }>(
        `select content from messages where purpose = 'reply' order by id`,
      )
      return rows.map((row) => row.content)
    },
    person: async () => {
      const [row] = await db.query<Person>(
        `select p.* from inbound_messages m join people record on record.id = m.person_id join people p on p.id = record.root_id
         order by m.id desc limit 1`,
      )
      return row!
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
