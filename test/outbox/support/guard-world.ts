import { applyGuards } from '../../../src/outbox/apply-guards.ts'
import type { GuardedMessage, HeldBack } from '../../../src/outbox/guarded-message.ts'
import type { Database } from '../../../src/platform/database.ts'
import { saveNumberConnection } from '../../../src/shops/number-store.ts'
import { saveShop, saveShopSettings } from '../../../src/shops/shop-store.ts'
import { createTestDatabase } from '../../support/database.ts'

export const start = new Date('2026-03-02T12:00:00Z')
export const hour = 3_600_000
export const at = (ms: number): Date => new Date(start.getTime() + ms)

/** A shop in Lisbon with a number, and messages that are only rows. */
export interface GuardWorld extends AsyncDisposable {
  db: Database
  shopId: number
  wabaId: number
  phoneNumberId: number
  portfolioId: number
  /** By kind. */
  campaigns: Record<string, number>
  settings(sending: Record<string, unknown>): Promise<void>
  tier(tier: string | null): Promise<void>
  /** Messages that would go now; to a person of their own, unless said otherwise. */
  messages(count: number, over?: Partial<GuardedMessage>): Promise<GuardedMessage[]>
  /** In a transaction of their own, as a sender does. */
  guard(messages: readonly GuardedMessage[], now?: Date): Promise<Map<number, HeldBack>>
  spent(): Promise<Record<string, number>>
  notices(): Promise<
    { code: string; subject: string; details: unknown; times: number; resolvedAt: Date | null }[]
  >
}

let addresses = 0

export async function createGuardWorld(): Promise<GuardWorld> {
  const db = await createTestDatabase({ prepares: true })
  const ids = await db.transaction(async (tx) => {
    const shop = await saveShop(
      tx,
      {
        key: 'shop',
        name: 'Harbour Street',
        timeZone: 'Europe/Lisbon',
        currency: 'EUR',
        country: 'PT',
        language: 'pt',
        storeUrl: null,
        allowedOrigins: [],
        isSandbox: false,
      },
      start,
    )
    const connection = {
      appName: 'shop',
      sealedAppSecret: Buffer.from('x'),
      sealedVerifyToken: Buffer.from('x'),
      wabaMetaId: '102290129340398',
      phoneNumberMetaId: 'number-1',
      displayPhoneNumber: '+1 555-078-3881',
      ratePerSecond: 80,
    }
    await saveNumberConnection(tx, shop.id, connection, start)
    const [row] = await tx.query<{ phoneNumberId: number; wabaId: number; portfolioId: number }>(
      `select n.id as phone_number_id, w.id as waba_id, w.portfolio_id from phone_numbers n join meta_wabas w on w.id = n.waba_id`,
    )
    const campaigns = await tx.query<{ id: number; kind: string }>(
      `insert into campaigns (shop_id, kind, is_on, settings, settings_version, created_at, updated_at)
       select $1, kind, true, '{}', 1, $2, $2 from unnest('{back_in_stock,price_drop}'::text[]) kind returning id, kind`,
      [shop.id, start],
    )
    return {
      shopId: shop.id,
      ...row!,
      campaigns: Object.fromEntries(campaigns.map(({ id, kind }) => [kind, id])),
    }
  })
  const { shopId, wabaId, phoneNumberId, portfolioId, campaigns } = ids
  return {
    db,
    ...ids,
    settings: async (sending) => {
      await db.transaction((tx) => saveShopSettings(tx, shopId, { sending }, { name: 'test', now: start }))
    },
    tier: async (tier) => {
      await db.execute(`update meta_portfolios set messaging_tier = $2 where id = $1`, [portfolioId, tier])
    },
    messages: async (count, over = {}) => {
      const campaignId =
        over.campaignId === undefined ? (campaigns['back_in_stock'] ?? null) : over.campaignId
      const purpose = over.purpose ?? 'campaign'
      const rows = await db.query<{ id: number }>(
        `insert into messages (shop_id, person_id, phone_number_id, campaign_id, purpose, lane, state, callback_id, attempt, due_at, created_at)
         select $1, nth, $2, $3, $4, 2, 'waiting', gen_random_uuid()::text, 1, $5, $5 from generate_series(1, $6::int) nth returning id`,
        [over.shopId ?? shopId, phoneNumberId, campaignId, purpose, start, count],
      )
      return rows.map(({ id }) => ({
        id,
        shopId,
        campaignId,
        purpose,
        wabaId,
        country: 'PT',
        isTemplate: true,
        isWindowOpen: false,
        sentTo: `+3519${String(++addresses).padStart(8, '0')}`,
        ...over,
      }))
    },
    guard: (messages, now = start) => db.transaction((tx) => applyGuards(tx, messages, now)),
    spent: async () => {
      const rows = await db.query<{ kind: string | null; day: string; micros: number }>(
        `select c.kind, to_char(s.day, 'YYYY-MM-DD') as day, s.micros from spend_days s left join campaigns c on c.id = s.campaign_id
         order by s.day, s.campaign_id`,
      )
      return Object.fromEntries(rows.map(({ kind, day, micros }) => [`${day} ${kind ?? 'all'}`, micros]))
    },
    notices: () => db.query(`select code, subject, details, times, resolved_at from notices order by id`),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
