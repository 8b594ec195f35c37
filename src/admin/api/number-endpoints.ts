import { z } from 'zod'
import { sentenceOf } from '../../campaigns/reasons.ts'
import { loadNumberStates, type NumberState } from '../../campaigns/sending-state.ts'
import { sendLane } from '../../outbox/enqueue-message.ts'
import { releaseWaiting } from '../../outbox/release-waiting.ts'
import type { Database, Sql } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import type { Shop } from '../../shops/shop.ts'
import { startNumbers } from '../../shops/start-numbers.ts'
import { actorOf } from './actor.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, time } from './fields.ts'
import { plain } from './plain.ts'

const reason = z.string().nullable()

export const numberShown = z.strictObject({
  id,
  number: z.string(),
  metaId: z.string().meta({ description: 'Meta’s phone_number_id.' }),
  state: z.string().meta({ description: 'active or stopped' }),
  stateReason: reason,
  stateReasonText: reason,
  quality: z.string().nullable(),
  ratePerSecond: z.int(),
  stoppedUntil: time
    .nullable()
    .meta({ description: 'Stopped, it starts by itself then. Null: when Meta or somebody here starts it.' }),
  isRestricted: z.boolean().meta({ description: 'Meta lets it answer, and begin nothing.' }),
  restrictedUntil: time.nullable().meta({ description: 'Null: until Meta lifts it, or not restricted.' }),
  restriction: z.string().nullable().meta({ description: 'In Meta’s words.' }),
  checkedAt: time.nullable().meta({ description: 'When WhatsApp was last asked.' }),
  messagingTier: z.string().nullable().meta({ description: 'Of the portfolio.' }),
  people: z.strictObject({ written: z.int(), limit: z.int().nullable() }).nullable().meta({
    description:
      'Written to in the last 24 hours outside their window, by all numbers of the portfolio. Null: no limit, nobody is counted.',
  }),
  paceShare: z
    .number()
    .nullable()
    .meta({ description: 'Of the rate; below 1 after WhatsApp asked for a slower pace.' }),
  pausedUntil: time.nullable(),
  pauseReason: reason,
  pauseReasonText: reason,
})

export function showNumber(number: NumberState): z.input<typeof numberShown> {
  const { portfolioId: _, ...shown } = number
  const textOf = (code: string | null): string | null => (code === null ? null : sentenceOf(code))
  return plain({
    ...shown,
    stateReasonText: textOf(shown.stateReason),
    pauseReasonText: textOf(shown.pauseReason),
  })
}

export interface NumberDeps {
  db: Database
  wake: (lane: string) => void
}

export function numberEndpoints(deps: NumberDeps): Endpoint[] {
  return [listEndpoint(deps), startEndpoint(deps)]
}

function listEndpoint({ db }: NumberDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/numbers',
    summary: 'The shop’s WhatsApp numbers: state, rate, quality, limits',
    tag: 'sending',
    answer: z.strictObject({ items: z.array(numberShown) }),
    handle: async ({ shop, now }) => ({ items: await listNumbers(db, shop, now) }),
  })
}

function startEndpoint({ db, wake }: NumberDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/numbers/:id/start',
    summary: 'Sends from a number again that was stopped or restricted',
    tag: 'sending',
    params: z.strictObject({ id: idText }),
    answer: numberShown,
    handle: async ({ shop, params, now }) => {
      await db.transaction(async (tx) => {
        const started = await startNumbers(tx, { shopId: shop.id, numberId: params.id }, actorOf(now))
        if (started > 0) await releaseWaiting(tx, { shopId: shop.id, reasons: ['number_restricted'] }, now)
      })
      wake(sendLane)
      const number = (await listNumbers(db, shop, now)).find((one) => one.id === params.id)
      if (number === undefined) throw new Problem(404, 'number_unknown', 'This shop has no such number')
      return number
    },
  })
}

async function listNumbers(sql: Sql, shop: Shop, now: Date): Promise<z.input<typeof numberShown>[]> {
  return (await loadNumberStates(sql, shop.id, now)).map(showNumber)
}
