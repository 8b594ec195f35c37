import { saveNumberConnection } from '../../src/shops/number-store.ts'
import type { AdminWorld } from './admin-world.ts'

type Purpose = 'reply' | 'alert' | 'campaign'

const lanes = { reply: 0, alert: 1, campaign: 2 }

/** Gives the shop a number, from which messages of back in stock and replies wait. */
export async function connectNumber({ db, shop, clock }: AdminWorld): Promise<{
  numberId: number
  messages: (count: number, purpose: Purpose, reason?: string, dueAt?: string) => Promise<void>
}> {
  const connection = {
    appName: 'shop',
    sealedAppSecret: Buffer.from('x'),
    sealedVerifyToken: Buffer.from('x'),
    wabaMetaId: 'waba',
    phoneNumberMetaId: 'number-1',
    displayPhoneNumber: '+351 911 000 000',
    ratePerSecond: 80,
  }
  await db.transaction((tx) => saveNumberConnection(tx, shop.id, connection, clock.now()))
  const [number] = await db.query<{ id: number }>(`select id from phone_numbers`)
  return {
    numberId: number!.id,
    messages: async (count, purpose, reason, dueAt) => {
      await db.execute(
        `insert into messages (shop_id, person_id, phone_number_id, campaign_id, purpose, lane, state, reason, callback_id, attempt, due_at, created_at)
         select $1, nth, $2, (select id from campaigns where kind = 'back_in_stock' and $3 = 'campaign'), $3, $4, 'waiting', $5,
           gen_random_uuid()::text, 1, $6, $6 from generate_series(1, $7::int) nth`,
        [shop.id, number!.id, purpose, lanes[purpose], reason ?? null, dueAt ?? clock.now(), count],
      )
    },
  }
}

/** What is set aside today, in micros: `all`, or by kind. */
export async function saveSpend({ db, shop }: AdminWorld, micros: Record<string, number>): Promise<void> {
  for (const [kind, amount] of Object.entries(micros))
    await db.execute(
      `insert into spend_days (shop_id, campaign_id, day, micros)
       values ($1, coalesce((select id from campaigns where kind = $2), 0), '2026-03-10', $3)`,
      [shop.id, kind, amount],
    )
}
