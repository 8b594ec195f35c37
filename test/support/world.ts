import { pino } from 'pino'
import { openStage, type Stage } from '../../src/app-stage.ts'
import type { LoggedMessage } from '../../src/sandbox/graph/graph-state.ts'
import { createTestDatabase } from './database.ts'

/** A hub, a played WhatsApp and a played shop with nothing in it, on a database of the test's own, under one clock. */
export interface World extends Stage {
  /** A product of the shop that the hub knows; in stock by as many. */
  product(sku: string, stock: number, name?: string): Promise<void>
  /** Somebody with WhatsApp in Lisbon, unless said otherwise; opted in unless told not to. */
  person(name: string, options?: { phone?: string; country?: string; isOptedIn?: boolean }): Promise<string>
  looksAt(phone: string, sku: string): Promise<void>
  /** What the shop has now; then three minutes pass, so that a wave may go. */
  restock(sku: string, quantity: number): Promise<void>
  templatesTo(phone: string): LoggedMessage[]
  lastTo(phone: string): string
  /** The decision log, by first name. */
  log(): Promise<{ name: string; state: string; reason: string | null }[]>
  pass(minutes: number): Promise<void>
}

let phones = 0

export async function createWorld(options: { now?: string; graphTimeoutMs?: number } = {}): Promise<World> {
  const db = await createTestDatabase({ prepares: true })
  const stage = await openStage({
    db,
    now: new Date(options.now ?? '2026-03-10T12:00:00Z'),
    log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
    seed: 'empty',
    templateLanguages: ['en', 'pt_BR'],
    ...(options.graphTimeoutMs === undefined ? {} : { graphTimeoutMs: options.graphTimeoutMs }),
  })
  const { whatsapp, shop } = stage.sandbox
  const pass = async (minutes: number): Promise<void> => {
    stage.clock.advance(minutes * 60_000)
    await stage.settle()
  }
  return {
    ...stage,
    pass,
    product: async (sku, stock, name = sku) => {
      await shop.addProduct({
        name,
        sku,
        type: 'simple',
        status: 'publish',
        regular_price: '20.00',
        manage_stock: true,
        stock_quantity: stock,
      })
      await stage.settle()
    },
    person: async (name, { phone, country = 'PT', isOptedIn = true } = {}) => {
      const number = phone ?? `+3519120${String(10_000 + phones++)}`
      whatsapp.addPerson({ name, phone: number, country, language: 'en', readsAtOnce: false })
      if (isOptedIn) whatsapp.writes(number, 'START')
      await stage.settle()
      return number
    },
    looksAt: async (phone, sku) => {
      whatsapp.asksAbout(phone, sku)
      await stage.settle()
    },
    restock: async (sku, quantity) => {
      await shop.setStock(sku, quantity)
      await stage.settle()
      await pass(3)
    },
    templatesTo: (phone) =>
      whatsapp
        .inbox(phone)
        .filter((message) => message.direction === 'to_person' && message.type === 'template'),
    lastTo: (phone) =>
      whatsapp.inbox(phone).findLast((message) => message.direction === 'to_person')?.shown ?? '',
    log: () =>
      db.query(
        `select w.first_name as name, l.state, l.reason from reengagement_log l join people w on w.id = l.person_id order by l.id`,
      ),
    [Symbol.asyncDispose]: async () => {
      await stage[Symbol.asyncDispose]()
      await db[Symbol.asyncDispose]()
    },
  }
}
