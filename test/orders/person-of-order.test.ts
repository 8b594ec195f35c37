import { expect, test } from 'vitest'
import { createOrderPersonFinder } from '../../src/app-person-of-order.ts'
import type { WooOrder } from '../../src/connectors/woocommerce/woo-order.ts'
import { applyOrderVersion } from '../../src/orders/apply-order-version.ts'
import { createLinkTokens } from '../../src/outbox/link-token.ts'
import { resolvePerson } from '../../src/people/resolve-person.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createCatalogWorld, minute, type CatalogWorld } from '../catalog/catalog-world.ts'
import { someMonday } from '../support/rows.ts'
import { wooOrder } from './order-builder.ts'

const links = createLinkTokens(Buffer.alloc(32, 4))
const random = createSeededRandom(7)
const findPerson = createOrderPersonFinder({ random, links })
const guest = { customerWcId: null, phone: null, email: null }

interface Found {
  personId: number | null
  matchedBy: string | null
}

async function apply(world: CatalogWorld, order: Partial<WooOrder>): Promise<Found> {
  const version = { order: wooOrder(order), now: minute(600) }
  await world.db.transaction((tx) => applyOrderVersion(tx, { findPerson }, world.shop.id, version))
  const [row] = await world.db.query<Found>('select person_id, matched_by from orders where wc_id = $1', [
    version.order.wcId,
  ])
  return row!
}

const known = (
  world: CatalogWorld,
  ...identities: { kind: 'wa_id' | 'email' | 'wc_customer'; value: string }[]
): Promise<number> =>
  world.db.transaction(async (tx) => {
    const made = await resolvePerson(
      tx,
      { random },
      {
        shopId: world.shop.id,
        shopCountry: 'PT',
        identities: identities.map((identity) => ({ ...identity, verified: true })),
        source: 'test',
        now: someMonday,
      },
    )
    return made!.personId
  })

/** A message that went to somebody, and its coupon. */
async function sendMessage(world: CatalogWorld, personId: number): Promise<number> {
  const [message] = await world.db.query<{ id: number }>(
    `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, callback_id, attempt, due_at, created_at)
     select $1, $2::bigint, id, 'campaign', 2, 'delivered', 'callback-' || $2::bigint, 1, $3, $3 from phone_numbers returning id`,
    [world.shop.id, personId, someMonday],
  )
  await world.db.execute(
    `insert into coupons (shop_id, person_id, candidacy_id, code, percent_bps, last_day, expires_at, state, attempts, due_at, created_at, updated_at)
     values ($1, $2, 1, 'back4more', 1000, '2026-03-16', $3, 'made', 1, $3, $3, $3)`,
    [world.shop.id, personId, someMonday],
  )
  return message!.id
}

const phoneOwner = { kind: 'wa_id', value: '351912000001' } as const

test('an order finds its person by customer id, by the phone they chat with, by e-mail, and says which', async () => {
  await using world = await createCatalogWorld()
  const customer = await known(world, { kind: 'wc_customer', value: '5' })
  const chatter = await known(world, phoneOwner)
  const reader = await known(world, { kind: 'email', value: 'ana@example.test' })
  const national = '912 000 001'
  expect(await apply(world, { wcId: 1 })).toEqual({ personId: customer, matchedBy: 'wc_customer' })
  expect(await apply(world, { wcId: 2, ...guest, phone: national })).toEqual({
    personId: chatter,
    matchedBy: 'phone',
  })
  expect(await apply(world, { wcId: 3, ...guest, email: 'Ana@Example.test ' })).toEqual({
    personId: reader,
    matchedBy: 'email',
  })
})

test('what a guest types merges no people: the phone’s owner has the order, the e-mail’s owner stays another', async () => {
  await using world = await createCatalogWorld()
  const chatter = await known(world, phoneOwner)
  const reader = await known(world, { kind: 'email', value: 'ana@example.test' })
  expect(await apply(world, { customerWcId: null })).toEqual({ personId: chatter, matchedBy: 'phone' })
  expect(await world.db.query('select id, root_id, merged_into from people order by id')).toEqual([
    { id: chatter, rootId: chatter, mergedInto: null },
    { id: reader, rootId: reader, mergedInto: null },
  ])
})

test('where its identities are unknown it finds whom the link was sent to, else whose coupon it used, and adds nothing to them', async () => {
  await using world = await createCatalogWorld()
  const chatter = await known(world, { kind: 'wa_id', value: '351919999999' })
  const messageId = await sendMessage(world, chatter)
  const linkToken = links.tokenOf(messageId, 1)
  expect(await apply(world, { wcId: 1, linkToken })).toEqual({ personId: chatter, matchedBy: 'link' })
  expect(await apply(world, { wcId: 2, couponCodes: ['other', 'back4more'] })).toEqual({
    personId: chatter,
    matchedBy: 'coupon',
  })
  expect(await world.db.query('select count(*)::int as n from person_identities')).toEqual([{ n: 1 }])
  expect(await world.db.query('select count(*)::int as n from people')).toEqual([{ n: 1 }])
})

test('an identity goes before a link, and a link that is not ours finds nobody', async () => {
  await using world = await createCatalogWorld()
  const chatter = await known(world, phoneOwner)
  const other = await known(world, { kind: 'wa_id', value: '351919999999' })
  const linkToken = links.tokenOf(await sendMessage(world, other), null)
  expect((await apply(world, { wcId: 1, linkToken })).personId).toBe(chatter)
  const forged = createLinkTokens(Buffer.alloc(32, 5)).tokenOf(1, null)
  expect(await apply(world, { wcId: 2, ...guest, linkToken: forged })).toEqual({
    personId: null,
    matchedBy: null,
  })
  expect(await apply(world, { wcId: 3, ...guest, linkToken: links.tokenOf(999, null) })).toEqual({
    personId: null,
    matchedBy: null,
  })
})

test('a stranger is unmatched, also in the order’s next versions; their next order is matched', async () => {
  await using world = await createCatalogWorld()
  const first = await apply(world, { wcId: 1, customerWcId: null })
  expect(first).toEqual({ personId: expect.any(Number), matchedBy: null })
  expect(
    await apply(world, { wcId: 1, customerWcId: null, status: 'completed', modifiedAt: minute(5) }),
  ).toEqual(first)
  expect(await apply(world, { wcId: 2, customerWcId: null })).toEqual({ ...first, matchedBy: 'phone' })
})

test('an order without a phone, an e-mail or a customer belongs to nobody, and is kept', async () => {
  await using world = await createCatalogWorld()
  expect(await apply(world, guest)).toEqual({ personId: null, matchedBy: null })
  expect(await apply(world, { wcId: 2, ...guest, phone: 'call me', email: 'not an address' })).toEqual({
    personId: null,
    matchedBy: null,
  })
})
