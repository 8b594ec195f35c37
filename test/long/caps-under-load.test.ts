import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createFollowMessages } from '../../src/campaigns/follow-messages.ts'
import { planCampaigns } from '../../src/campaigns/plan-campaigns.ts'
import { createPrepareMessages } from '../../src/campaigns/prepare-messages.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { sendDue } from '../../src/outbox/sender.ts'
import { loadTemplateDefinitions } from '../../src/outbox/template-definitions.ts'
import { answerAlerts, reopenAlerts } from '../../src/people/alerts.ts'
import { createStandingClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { unpaced } from '../outbox/support/unpaced.ts'
import { createTestDatabase } from '../support/database.ts'
import {
  insertAlert,
  insertCycle,
  insertPerson,
  insertProduct,
  insertShop,
  insertTemplates,
  insertView,
  someMonday,
} from '../support/rows.ts'

const log = pino({ level: 'silent' })
const dayMs = 86_400_000

/** One day of a shop whose products come back: planners and senders all at once, until nothing is left to do. */
async function runDay(db: Database, now: Date): Promise<void> {
  const clock = createStandingClock(now)
  const shared = { db, clock, random: systemRandom, log }
  const onChanged = createFollowMessages({ answerAlerts, reopenAlerts })
  const prepare = createPrepareMessages({
    links: createLinkTokens(Buffer.alloc(32, 1)),
    wake: () => undefined,
  })
  const planner = (): Promise<number> =>
    planCampaigns({
      ...shared,
      wake: () => undefined,
      rereadProducts: (_shopId, ids) => Promise.resolve(new Set(ids)),
    })
  const sender = (): Promise<number> =>
    sendDue({
      ...shared,
      onChanged,
      onMetaStop: () => Promise.resolve(),
      onNumberStop: () => Promise.resolve(),
      pace: unpaced,
      definitions: loadTemplateDefinitions(),
      prepare: { alert: prepare, campaign: prepare },
      // WhatsApp's answer is not what is tested here; it accepts everything at once.
      cloudApiOf: () =>
        Promise.resolve({
          send: () =>
            Promise.resolve({
              kind: 'accepted' as const,
              wamid: `wamid.${systemRandom.token()}`,
              waId: undefined,
              userId: undefined,
              messageStatus: 'accepted',
            }),
        }),
    })
  for (let idle = 0; idle < 2;) {
    const handled = await Promise.all([
      ...Array.from({ length: 8 }, planner),
      ...Array.from({ length: 4 }, sender),
    ])
    idle = handled.every((count) => count === 0) ? idle + 1 : 0
  }
}

interface Counted {
  personId: number
  purpose: 'campaign' | 'alert'
  at: Date
}

/** Messages too many in a rolling window that ends at a message of the given kind. */
function findExcess(
  sent: readonly Counted[],
  rule: {
    of: (message: Counted) => boolean
    ends: (message: Counted) => boolean
    windowMs: number
    most: number
  },
): Counted[] {
  return sent.filter((last) => {
    if (!rule.ends(last)) return false
    const inWindow = sent.filter(
      (one) =>
        one.personId === last.personId &&
        rule.of(one) &&
        one.at <= last.at &&
        last.at.getTime() - one.at.getTime() < rule.windowMs,
    )
    return inWindow.length > rule.most
  })
}

test(
  'caps hold in every rolling window with 8 planners and 4 senders at once',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 6 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        async (gapDays, seed) => {
          await using db = await createTestDatabase({ prepares: true })
          const begin = new Date(someMonday.getTime())
          const shop = await insertShop(db, new Date(begin.getTime() - 100 * dayMs))
          await insertTemplates(db, shop, begin)
          const people: number[] = []
          for (let i = 0; i < 12; i++)
            people.push(
              await insertPerson(db, shop.shopId, begin, { withPhone: `+35191000${seed % 100}${10 + i}` }),
            )
          let now = begin
          let wcId = 0
          for (const gap of gapDays) {
            now = new Date(now.getTime() + gap * dayMs)
            for (let product = 0; product < 3; product++) {
              const productId = await insertProduct(db, shop.shopId, now, { wcId: ++wcId, quantity: 100 })
              for (const [at, personId] of people.entries()) {
                const asks = (at + wcId + seed) % 4 === 0
                if (asks)
                  await insertAlert(db, shop.shopId, {
                    personId,
                    productId,
                    askedAt: new Date(now.getTime() - dayMs),
                  })
                else
                  await insertView(db, shop.shopId, {
                    personId,
                    productId,
                    at: new Date(now.getTime() - dayMs),
                  })
              }
              await insertCycle(db, shop.shopId, productId, { openedAt: new Date(now.getTime() - 600_000) })
            }
            await runDay(db, now)
          }
          const sent = await db.query<Counted>(
            `select person_id, purpose, counted_at as at from messages where counted_at is not null order by counted_at, id`,
          )
          expect(sent.length).toBeGreaterThanOrEqual(people.length)
          const any = (): boolean => true
          const isCampaign = (message: Counted): boolean => message.purpose === 'campaign'
          const isAlert = (message: Counted): boolean => message.purpose === 'alert'
          expect(findExcess(sent, { of: any, ends: any, windowMs: 30 * dayMs, most: 4 })).toEqual([])
          expect(findExcess(sent, { of: isAlert, ends: isAlert, windowMs: dayMs, most: 1 })).toEqual([])
          // An alert may follow a campaign on the same instant; a campaign never follows anything within seven days.
          const early = sent.filter(
            (message) =>
              isCampaign(message) &&
              sent.some(
                (one) =>
                  one.personId === message.personId &&
                  one.at < message.at &&
                  message.at.getTime() - one.at.getTime() < 7 * dayMs,
              ),
          )
          expect(early).toEqual([])
          const twice = await db.query(
            `select person_id, item_key from reengagement_log where state = 'sent' group by person_id, item_key, cycle_id having count(*) > 1`,
          )
          expect(twice).toEqual([])
          const open = await db.query(`select id, state from messages where state in ('waiting', 'sending')`)
          expect(open).toEqual([])
        },
      ),
      { numRuns: 6 },
    )
  },
)
