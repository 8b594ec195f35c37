import { pino } from 'pino'
import { createStandingClock, type MovableClock } from '../../../src/platform/clock.ts'
import type { Database, Tx } from '../../../src/platform/database.ts'
import { createSeededRandom, type Random } from '../../../src/platform/random.ts'
import { enqueueMessage, type MessageToEnqueue } from '../../../src/outbox/enqueue-message.ts'
import type { MessageChange, Purpose } from '../../../src/outbox/message.ts'
import type { SendDeps } from '../../../src/outbox/sender.ts'
import { loadTemplateDefinitions } from '../../../src/outbox/template-definitions.ts'
import { toNewTemplate } from '../../../src/outbox/template-components.ts'
import { saveListedTemplates } from '../../../src/outbox/sync-templates.ts'
import { saveNumberConnection } from '../../../src/shops/number-store.ts'
import { saveShop } from '../../../src/shops/shop-store.ts'
import {
  startGraphServer,
  type GraphAnswer,
  type GraphRequest,
  type GraphServer,
} from '../../connectors/meta/support/graph-server.ts'
import { createTestDatabase } from '../../support/database.ts'
import { unpaced } from './unpaced.ts'

export const start = new Date('2026-03-02T12:00:00Z')

export interface OutboxWorld extends AsyncDisposable {
  db: Database
  clock: MovableClock
  random: Random
  graph: GraphServer
  shopId: number
  wabaId: number
  phoneNumberId: number
  /** Every state change that the outbox told of. */
  changes: MessageChange[]
  metaStops: number[]
  deps: SendDeps
}

/** A shop with a number, all of its templates approved, and a Meta that accepts everything. */
export async function createOutboxWorld(over: Partial<SendDeps> = {}): Promise<OutboxWorld> {
  const db = await createTestDatabase({ prepares: true })
  const clock = createStandingClock(start)
  const graph = await startGraphServer(acceptAll(), 1_000)
  const random = createSeededRandom(1)
  const ids = await db.transaction((tx) => connectShop(tx, 'shop'))
  const changes: MessageChange[] = []
  const metaStops: number[] = []
  const deps: SendDeps = {
    db,
    clock,
    random,
    log: pino({ level: 'silent' }),
    prepare: {},
    definitions: loadTemplateDefinitions(),
    pace: unpaced,
    cloudApiOf: async () => graph.api,
    onChanged: async (_, told) => void changes.push(...told),
    onMetaStop: async (_, { personId }) => void metaStops.push(personId),
    onNumberStop: async (tx, { phoneNumberId, code }) => {
      await tx.execute(`update phone_numbers set state = 'stopped', state_reason = $2 where id = $1`, [
        phoneNumberId,
        `error ${code ?? 0}`,
      ])
    },
    ...over,
  }
  const dispose = async (): Promise<void> => {
    await graph[Symbol.asyncDispose]()
    await db[Symbol.asyncDispose]()
  }
  return { db, clock, random, graph, ...ids, changes, metaStops, deps, [Symbol.asyncDispose]: dispose }
}

/** Answers each message as Meta does, with ids wamid.1, wamid.2, … */
export function acceptAll(): GraphServer['answer'] {
  return (_, nth) => accepted(`wamid.${nth}`)
}

export function accepted(wamid: string): GraphAnswer {
  return {
    body: {
      messaging_product: 'whatsapp',
      contacts: [{ input: '+1', wa_id: '1' }],
      messages: [{ id: wamid, message_status: 'accepted' }],
    },
  }
}

export async function connectShop(
  tx: Tx,
  key: string,
): Promise<{ shopId: number; wabaId: number; phoneNumberId: number }> {
  const shop = await saveShop(
    tx,
    {
      key,
      name: 'Harbour Street',
      timeZone: 'UTC',
      currency: 'EUR',
      country: 'ES',
      language: 'es',
      storeUrl: 'https://shop.example',
      allowedOrigins: [],
      isSandbox: false,
    },
    start,
  )
  const connection = {
    appName: key,
    sealedAppSecret: Buffer.from('x'),
    sealedVerifyToken: Buffer.from('x'),
    wabaMetaId: `waba-${key}`,
    phoneNumberMetaId: `number-${key}`,
    displayPhoneNumber: '+15550783881',
    ratePerSecond: 80,
  }
  await saveNumberConnection(tx, shop.id, connection, start)
  const [number] = await tx.query<{ id: number; wabaId: number }>(
    `select id, waba_id from phone_numbers where shop_id = $1`,
    [shop.id],
  )
  await saveListedTemplates(tx, { shopId: shop.id, wabaId: number!.wabaId }, approvedTemplates(), start)
  return { shopId: shop.id, wabaId: number!.wabaId, phoneNumberId: number!.id }
}

function approvedTemplates() {
  return [...loadTemplateDefinitions().values()].flatMap((definition) =>
    Object.keys(definition.languages).map((code) => {
      const made = toNewTemplate(definition, code, {
        hubUrl: 'https://hub.example',
        headerHandle: '4::handle',
      })
      const components = made.components as Record<string, unknown>[]
      const id = `${definition.name}-${code}`
      return { ...made, components, id, status: 'APPROVED', quality: undefined, rejectedReason: undefined }
    }),
  )
}

export interface TestPerson {
  identities?: { kind: string; value: string; asGiven?: string; verified?: boolean }[]
  lastInboundAt?: Date
  mergedInto?: number
}

let people = 0

/** A person who chats with a number of their own, and wrote just now. */
export async function addPerson(world: OutboxWorld, person: TestPerson = {}): Promise<number> {
  const nth = ++people
  const value = `+1650555${String(nth).padStart(4, '0')}`
  const [row] = await world.db.query<{ id: number }>(
    `insert into people (shop_id, public_id, root_id, merged_into, send_regions, consent, meta_stop, last_inbound_at, created_at, updated_at)
     values ($1, $2, 0, $3, '{}', 'opted_in', false, $4, $5, $5) returning id`,
    [world.shopId, `public-${nth}`, person.mergedInto ?? null, person.lastInboundAt ?? start, start],
  )
  await world.db.execute(`update people set root_id = coalesce(merged_into, id) where id = $1`, [row!.id])
  for (const identity of person.identities ?? [{ kind: 'wa_id', value }]) {
    await world.db.execute(
      `insert into person_identities (shop_id, person_id, kind, value, as_given, verified, source, started_at)
       values ($1, $2, $3, $4, $5, $6, 'test', $7)`,
      [
        world.shopId,
        row!.id,
        identity.kind,
        identity.value,
        identity.asGiven ?? identity.value,
        identity.verified ?? true,
        start,
      ],
    )
  }
  return row!.id
}

export const templateContent = {
  kind: 'template',
  name: 'back_in_stock',
  languages: ['en'],
  parameters: { first_name: 'Ana', product_name: 'Shirt', shop_name: 'Harbour Street', price: '10 EUR' },
  headerImageUrl: 'https://shop.example/shirt.jpg',
  urlSuffix: 'product/shirt/',
} as const

export type Order = Partial<Omit<MessageToEnqueue, 'purpose'>> & { purpose: Purpose }

/** A message to a person; its content fits its purpose. */
export async function enqueue(world: OutboxWorld, order: Order): Promise<number> {
  const personId = order.personId ?? (await addPerson(world))
  const isTemplate = order.purpose === 'campaign' || order.purpose === 'alert'
  const content = isTemplate
    ? { ...templateContent, languages: ['en'] }
    : { kind: 'text' as const, body: 'Hello' }
  const deps = { random: world.random, wake: () => undefined }
  const { messageId } = await world.db.transaction((tx) =>
    enqueueMessage(tx, deps, {
      shopId: world.shopId,
      phoneNumberId: world.phoneNumberId,
      content,
      now: world.clock.now(),
      ...order,
      personId,
    }),
  )
  return messageId
}

export interface MessageRow {
  id: number
  state: string
  reason: string | null
  attempt: number
  callbackId: string
  wamid: string | null
  dueAt: Date
  countedAt: Date | null
  startedAt: Date | null
  acceptedAt: Date | null
  sentAt: Date | null
  deliveredAt: Date | null
  readAt: Date | null
  failedAt: Date | null
  uncertainAt: Date | null
  errorCode: number | null
  sentTo: string | null
  templateName: string | null
  templateLanguage: string | null
  pricingCategory: string | null
  pricingType: string | null
}

export async function load(world: OutboxWorld, id: number): Promise<MessageRow> {
  const [row] = await world.db.query<MessageRow>(`select * from messages where id = $1`, [id])
  return row!
}

/** The messages that reached Meta. */
export function sentTo(graph: GraphServer): GraphRequest[] {
  return graph.requests.filter(({ path }) => path.endsWith('/messages'))
}

export function after(ms: number): Date {
  return new Date(start.getTime() + ms)
}

export const minute = 60_000
export const hour = 60 * minute
