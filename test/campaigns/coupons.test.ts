import '../support/property-seed.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { couponCodeOf } from '../../src/campaigns/loyalty-reward/coupon-code.ts'
import {
  markCouponsUsed,
  releaseCoupons,
  retireCoupons,
} from '../../src/campaigns/loyalty-reward/coupon-store.ts'
import type { RestFault } from '../../src/sandbox/shop/rest-faults.ts'
import { createCouponWorld, madeCoupon, type CouponWorld } from './coupon-world.ts'

const minutes = (count: number): number => count * 60_000
const days = (count: number): number => count * 86_400_000

const release = (world: CouponWorld, candidacyId: number): Promise<void> =>
  world.db.transaction((tx) => releaseCoupons(tx, [{ candidacyId }], world.clock.now()))

const markFor = (candidacyId: number) => [{ key: '_hub_candidacy', value: `default:${candidacyId}` }]

describe('a coupon of the person’s own', () => {
  test('is written down with its code first, made by the lane, and then ready', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    expect(await world.ready(candidacyId)).toEqual({
      kind: 'wait',
      until: new Date(world.clock.now().getTime() + 15_000),
    })
    const planned = await world.row(candidacyId)
    expect(planned).toMatchObject({ state: 'planned', wcId: null })
    expect(world.inShop()).toEqual([])

    expect(await world.work()).toBe(1)
    expect(await world.ready(candidacyId)).toEqual({
      kind: 'ready',
      code: planned.code,
      percentBps: 1_000,
      lastDay: '2026-03-24',
    })
    expect(world.inShop()).toMatchObject([
      {
        code: planned.code,
        amount: '10.00',
        discountType: 'percent',
        usageLimit: 1,
        usageLimitPerUser: 1,
        individualUse: true,
        expires: '2026-03-25T00:00:00',
        metaData: [{ key: '_hub_candidacy', value: `default:${candidacyId}` }],
      },
    ])
    expect(await world.work()).toBe(0)
  })

  test('takes off what the campaign says, for as many days', async () => {
    await using world = await createCouponWorld({ settings: { percentBps: 2_500, couponDays: 30 } })
    expect(await madeCoupon(world, await world.candidacy())).toMatchObject({ lastDay: '2026-04-09' })
    expect(world.inShop()[0]?.amount).toBe('25.00')
  })

  test('is asked for twenty times and made once', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await Promise.all(Array.from({ length: 20 }, () => world.ready(candidacyId)))
    await Promise.all(Array.from({ length: 5 }, () => world.work()))
    expect(world.inShop()).toHaveLength(1)
    expect(await world.row(candidacyId)).toMatchObject({ state: 'made' })
  })

  test('serves the buyer on the whole of its last day, and not after it', async () => {
    await using world = await createCouponWorld({ timeZone: 'America/Sao_Paulo' })
    const first = await madeCoupon(world, await world.candidacy())
    const second = await madeCoupon(world, await world.candidacy())
    await world.sandbox.shop.addProduct({ name: 'Cup', sku: 'CUP', regular_price: '20.00' })
    const buyWith = (code: string) =>
      world.sandbox.shop.checkout({ items: [{ product: 'CUP', quantity: 1 }], couponCodes: [code] })
    expect(first.lastDay).toBe('2026-03-24')

    world.clock.set(new Date('2026-03-25T02:59:59Z'))
    expect((await buyWith(first.code.toUpperCase())).coupons).toMatchObject([{ discountMinor: 200 }])
    world.clock.set(new Date('2026-03-25T03:00:01Z'))
    await expect(buyWith(second.code)).rejects.toThrow('expired')
  })

  test('ends with its printed day in the shop’s zone also where the site keeps another zone than we know', async () => {
    await using world = await createCouponWorld({ timeZone: 'America/New_York', siteZone: 'Asia/Kolkata' })
    const { lastDay } = await madeCoupon(world, await world.candidacy())
    expect(lastDay).toBe('2026-03-24')
    // Midnight in New York is 04:00 UTC, is 09:30 in Kolkata.
    expect(world.inShop()).toMatchObject([{ expires: '2026-03-25T09:30:00' }])
  })

  test('moves its date along when its message goes days later, before it is printed again', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    const { code } = await madeCoupon(world, candidacyId)
    world.clock.advance(days(1))
    expect(await world.ready(candidacyId)).toMatchObject({ kind: 'ready', lastDay: '2026-03-24' })
    world.clock.advance(days(1))
    expect(await world.ready(candidacyId)).toMatchObject({ kind: 'wait' })
    await world.workAll()
    expect(await world.ready(candidacyId)).toEqual({
      kind: 'ready',
      code,
      percentBps: 1_000,
      lastDay: '2026-03-26',
    })
    expect(world.inShop()).toMatchObject([{ code, expires: '2026-03-27T00:00:00' }])
  })

  test('that was asked for again while it was being made has the later date', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'html', times: 1 }])
    await world.work()
    world.clock.advance(days(5))
    await world.ready(candidacyId)
    await world.workAll()
    expect(await world.ready(candidacyId)).toMatchObject({ kind: 'ready', lastDay: '2026-03-29' })
    expect(world.inShop()).toMatchObject([{ expires: '2026-03-30T00:00:00' }])
  })
})

describe('a code that exists already', () => {
  test('is ours when it says so: the coupon is taken over and brought up to date', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    const { code } = await world.row(candidacyId)
    const client = await world.deps.wooClientOf(world.shopId)
    await client.send('POST', 'wc/v3/coupons', { code, amount: '5', meta_data: markFor(candidacyId) })
    await world.workAll()
    const [coupon] = world.inShop()
    expect(world.inShop()).toHaveLength(1)
    expect(coupon).toMatchObject({ amount: '10.00', expires: '2026-03-25T00:00:00' })
    expect(await world.row(candidacyId)).toMatchObject({ state: 'made', wcId: coupon!.id, code })
  })

  test('is left alone when it is the merchant’s: another code is taken', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    const { code } = await world.row(candidacyId)
    const client = await world.deps.wooClientOf(world.shopId)
    await client.send('POST', 'wc/v3/coupons', { code, amount: '50' })
    await world.workAll()
    const made = await world.row(candidacyId)
    expect(made.state).toBe('made')
    expect(made.code).not.toBe(code)
    expect(world.inShop().map((one) => [one.code, one.amount])).toEqual([
      [code, '50'],
      [made.code, '10.00'],
    ])
    await release(world, candidacyId)
    await world.workAll()
    expect(world.inShop().map((one) => one.code)).toEqual([code])
  })

  test('four times over is refused with a reason', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    const [person] = await world.db.query<{ personKey: string }>('select public_id as person_key from people')
    const client = await world.deps.wooClientOf(world.shopId)
    for (const draw of [0, 1, 2, 3])
      await client.send('POST', 'wc/v3/coupons', {
        code: couponCodeOf({ candidacyId, personKey: person!.personKey }, draw),
      })
    await world.workAll()
    expect(await world.ready(candidacyId)).toEqual({ kind: 'refused', reason: 'coupon_refused' })
    expect(world.inShop()).toHaveLength(4)
  })
})

describe('a shop in trouble', () => {
  const faults = [
    { name: 'a page of HTML', fault: { answer: 'html' } },
    { name: 'an error 500', fault: { answer: 'error_500' } },
    { name: 'an error 500 after it was made', fault: { answer: 'error_500', isDone: true } },
    { name: 'a cut connection', fault: { answer: 'cut' } },
    { name: 'a cut connection after it was made', fault: { answer: 'cut', isDone: true } },
    { name: 'silence', fault: { answer: 'silence' } },
    { name: 'silence after it was made', fault: { answer: 'silence', isDone: true } },
    { name: 'a page of HTML after it was made', fault: { answer: 'html', isDone: true } },
  ] as const

  test.each(faults)('that answers with $name makes one coupon all the same', async ({ fault }) => {
    await using world = await createCouponWorld({ timeoutMs: fault.answer === 'silence' ? 1_000 : 10_000 })
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', times: 1, ...fault }])
    await world.workAll()
    expect(await world.row(candidacyId)).toMatchObject({ state: 'planned', attempts: 1 })
    const waiting = await world.ready(candidacyId)
    expect(waiting).toEqual({
      kind: 'wait',
      until: new Date(world.clock.now().getTime() + 45_000),
    })
    // What was made already is found, not made again.
    if ('isDone' in fault)
      world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'no_route' }])
    world.clock.advance(30_000)
    await world.workAll()
    const { code } = await world.row(candidacyId)
    expect(await world.ready(candidacyId)).toEqual({
      kind: 'ready',
      code,
      percentBps: 1_000,
      lastDay: '2026-03-24',
    })
    expect(world.inShop()).toMatchObject([{ code, amount: '10.00', expires: '2026-03-25T00:00:00' }])
  })

  test('that is busy is asked again at once, and counts as one attempt', async () => {
    await using world = await createCouponWorld()
    world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'busy', times: 2 }])
    await madeCoupon(world, await world.candidacy())
    expect(world.inShop()).toHaveLength(1)
  })

  test('that makes it and then loses the correction of its date is asked for it again', async () => {
    await using world = await createCouponWorld({ timeZone: 'America/New_York', siteZone: 'Europe/Lisbon' })
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    world.sandbox.shop.setRestFaults([{ method: 'PUT', path: 'coupons', answer: 'error_500', times: 1 }])
    await world.workAll()
    expect(await world.row(candidacyId)).toMatchObject({ state: 'planned', wcId: world.inShop()[0]!.id })
    world.clock.advance(30_000)
    await world.workAll()
    expect(await world.row(candidacyId)).toMatchObject({ state: 'made' })
    expect(world.inShop()).toMatchObject([{ expires: '2026-03-25T04:00:00' }])
  })

  test('is given up after eight failures within about an hour; what it may have made is deleted', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    world.sandbox.shop.setRestFaults([
      { method: 'POST', path: 'coupons', answer: 'cut', isDone: true },
      { method: 'GET', path: 'coupons', answer: 'html' },
    ])
    let attempts = 0
    const since = world.clock.now().getTime()
    while ((await world.ready(candidacyId)).kind === 'wait' && attempts < 20) {
      attempts += await world.work()
      const [due] = await world.db.query<{ dueAt: Date }>('select due_at from coupons')
      world.clock.set(due!.dueAt)
    }
    expect(attempts).toBe(8)
    expect(world.clock.now().getTime() - since).toBe(minutes(61.5))
    expect(await world.ready(candidacyId)).toEqual({ kind: 'refused', reason: 'coupon_refused' })
    expect(world.inShop()).toHaveLength(1)

    world.sandbox.shop.setRestFaults([])
    await release(world, candidacyId)
    await world.workAll()
    expect(world.inShop()).toEqual([])
    expect(await world.row(candidacyId)).toMatchObject({ state: 'deleted' })
  })

  test('without a route to coupons refuses at once, with a reason a merchant can act on', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'no_route' }])
    await world.ready(candidacyId)
    await world.workAll()
    expect(await world.ready(candidacyId)).toEqual({ kind: 'refused', reason: 'coupons_disabled' })
  })

  test('whose key may only read refuses at once, too', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    const { key, secret } = world.sandbox.shop.addKey('read')
    world.useKey({ consumerKey: key, consumerSecret: secret })
    await world.ready(candidacyId)
    await world.workAll()
    expect(await world.ready(candidacyId)).toEqual({ kind: 'refused', reason: 'coupons_disabled' })
    expect(world.inShop()).toEqual([])
  })

  test('where nobody can enter a coupon gets none made', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    world.sandbox.shop.setCouponsEnabled(false)
    await world.ready(candidacyId)
    await world.workAll()
    expect(await world.ready(candidacyId)).toEqual({ kind: 'refused', reason: 'coupons_disabled' })
    expect(world.inShop()).toEqual([])
  })

  test('does not hold up the coupons of others', async () => {
    await using world = await createCouponWorld()
    const ids = [await world.candidacy(), await world.candidacy(), await world.candidacy()]
    for (const id of ids) await world.ready(id)
    world.sandbox.shop.setRestFaults([{ method: 'POST', path: 'coupons', answer: 'html', times: 1 }])
    await world.workAll()
    const states = await Promise.all(ids.map(async (id) => (await world.row(id)).state))
    expect(states.toSorted()).toEqual(['made', 'made', 'planned'])
    world.clock.advance(30_000)
    await world.workAll()
    expect(world.inShop()).toHaveLength(3)
  })

  test('that was left in the middle by a process that died is taken up again, without a second coupon', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    // What a process leaves behind that dies after the call: its claim, and the coupon.
    await world.db.execute('update coupons set attempts = 1, due_at = $1', [
      new Date(world.clock.now().getTime() + minutes(10)),
    ])
    const client = await world.deps.wooClientOf(world.shopId)
    const { code } = await world.row(candidacyId)
    await client.send('POST', 'wc/v3/coupons', { code, meta_data: markFor(candidacyId) })
    expect(await world.work()).toBe(0)
    world.clock.advance(minutes(10))
    await world.workAll()
    expect(world.inShop()).toMatchObject([{ code, amount: '10.00' }])
    expect(await world.row(candidacyId)).toMatchObject({ state: 'made' })
  })
})

describe('a coupon whose message did not go', () => {
  test('is deleted for good, and another one made if the message gets a second chance', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    const { code } = await madeCoupon(world, candidacyId)
    await release(world, candidacyId)
    expect(await world.ready(candidacyId)).toMatchObject({ kind: 'wait' })
    await world.workAll()
    expect(world.inShop()).toEqual([])

    world.clock.advance(days(3))
    const second = await madeCoupon(world, candidacyId)
    expect(second.lastDay).toBe('2026-03-27')
    expect(second.code).not.toBe(code)
    expect(world.inShop()).toMatchObject([{ code: second.code }])
  })

  test('is not made any more when it was only planned', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    await release(world, candidacyId)
    await world.workAll()
    expect(world.inShop()).toEqual([])
    expect(await world.row(candidacyId)).toMatchObject({ state: 'deleted' })
  })

  test('is deleted also when it ended while the shop was making it', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await world.ready(candidacyId)
    const wooClientOf = world.deps.wooClientOf
    // The message ends between the claim and the shop's answer.
    world.deps.wooClientOf = async (shopId) => {
      world.deps.wooClientOf = wooClientOf
      await release(world, candidacyId)
      return wooClientOf(shopId)
    }
    await world.work()
    expect(world.inShop()).toHaveLength(1)
    await world.workAll()
    expect(world.inShop()).toEqual([])
  })

  test('was deleted by the merchant already: that is fine', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await madeCoupon(world, candidacyId)
    const client = await world.deps.wooClientOf(world.shopId)
    await client.send('DELETE', `wc/v3/coupons/${world.inShop()[0]!.id}`, undefined, { force: true })
    await release(world, candidacyId)
    await world.workAll()
    expect(await world.row(candidacyId)).toMatchObject({ state: 'deleted', reason: null })
  })

  test('waits for a shop that does not answer, and is deleted then', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    await madeCoupon(world, candidacyId)
    await release(world, candidacyId)
    world.sandbox.shop.setRestFaults([{ method: 'DELETE', path: 'coupons', answer: 'error_500', times: 2 }])
    await world.workAll()
    expect(await world.row(candidacyId)).toMatchObject({ state: 'to_delete', attempts: 1 })
    world.clock.advance(30_000)
    await world.workAll()
    world.clock.advance(minutes(1))
    await world.workAll()
    expect(world.inShop()).toEqual([])
  })

  test('stays when somebody has bought with it', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    const { code } = await madeCoupon(world, candidacyId)
    await world.sandbox.shop.addProduct({ name: 'Cup', sku: 'CUP', regular_price: '20.00' })
    await world.sandbox.shop.checkout({ items: [{ product: 'CUP', quantity: 1 }], couponCodes: [code] })
    await release(world, candidacyId)
    await world.workAll()
    expect(world.inShop()).toMatchObject([{ code, usageCount: 1 }])
    expect(await world.row(candidacyId)).toMatchObject({ state: 'used' })
    expect(await world.ready(candidacyId)).toEqual({ kind: 'refused', reason: 'coupon_used' })
  })

  test('that an order has used in the meantime is not deleted', async () => {
    await using world = await createCouponWorld()
    const candidacyId = await world.candidacy()
    const { code } = await madeCoupon(world, candidacyId)
    await release(world, candidacyId)
    const now = world.clock.now()
    await world.db.transaction((tx) => markCouponsUsed(tx, world.shopId, [code.toUpperCase(), 'other'], now))
    await world.workAll()
    expect(world.inShop()).toHaveLength(1)
    expect(await world.row(candidacyId)).toMatchObject({ state: 'used' })
  })
})

describe('the broom', () => {
  test.each(['waiting', 'suppressed', 'expired', 'failed', 'held_out'])(
    'finds the coupon of a candidacy that is %s',
    async (state) => {
      await using world = await createCouponWorld()
      const kept = await world.candidacy()
      const left = await world.candidacy()
      await madeCoupon(world, kept)
      await madeCoupon(world, left)
      await world.db.execute('update reengagement_log set state = $2 where id = $1', [left, state])
      expect(await retireCoupons(world.db, world.clock.now())).toBe(1)
      await world.workAll()
      expect(await world.row(left)).toMatchObject({ state: 'deleted' })
      expect(await world.row(kept)).toMatchObject({ state: 'made' })
    },
  )

  test.each(['reserved', 'uncertain', 'unknown', 'sent', 'delivered'])(
    'leaves that of one that is %s until it has expired unused',
    async (state) => {
      await using world = await createCouponWorld()
      const candidacyId = await world.candidacy()
      await madeCoupon(world, candidacyId)
      await world.db.execute('update reengagement_log set state = $1', [state])
      world.clock.set(new Date('2026-03-26T00:00:00Z'))
      expect(await retireCoupons(world.db, world.clock.now())).toBe(0)
      world.clock.advance(1)
      expect(await retireCoupons(world.db, world.clock.now())).toBe(1)
      await world.workAll()
      expect(world.inShop()).toEqual([])
    },
  )
})

describe('whatever happens, and in whatever order', () => {
  const fault: fc.Arbitrary<RestFault> = fc.record({
    method: fc.constantFrom('POST', 'POST', 'GET', 'PUT', 'DELETE'),
    path: fc.constant('coupons'),
    answer: fc.constantFrom('html', 'error_500', 'cut', 'no_route'),
    isDone: fc.boolean(),
    times: fc.integer({ min: 1, max: 3 }),
  })
  const act = fc.record({
    // Before the message goes; when it ends, told at once or only to the broom; nothing but the lane.
    kind: fc.constantFrom('asked', 'asked', 'ended', 'forgotten', 'worked'),
    faults: fc.array(fault, { maxLength: 2 }),
    laterMs: fc.constantFrom(0, minutes(31), days(3)),
    works: fc.boolean(),
  })

  test('a person never has two coupons, what is ready is good, and none is left behind', async () => {
    await using world = await createCouponWorld()
    const toState = (candidacyId: number, state: string) =>
      world.db.execute('update reengagement_log set state = $2 where id = $1', [candidacyId, state])
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 9 }), async (acts) => {
        const candidacyId = await world.candidacy()
        const own = () =>
          world
            .inShop()
            .filter(({ metaData }) => metaData.some(({ value }) => value === `default:${candidacyId}`))
        for (const { kind, faults, laterMs, works } of acts) {
          world.sandbox.shop.setRestFaults(faults)
          if (kind === 'asked') {
            await toState(candidacyId, 'reserved')
            const ready = await world.ready(candidacyId)
            if (ready.kind === 'ready') expect(own()).toMatchObject([{ code: ready.code }])
          }
          if (kind === 'ended' || kind === 'forgotten') await toState(candidacyId, 'suppressed')
          if (kind === 'ended') await release(world, candidacyId)
          if (kind === 'forgotten') await retireCoupons(world.db, world.clock.now())
          if (works || kind === 'worked') await world.work()
          expect(own().length).toBeLessThanOrEqual(1)
          world.clock.advance(laterMs)
        }
        world.sandbox.shop.setRestFaults([])
        world.clock.advance(minutes(31))
        await world.workAll()
        await toState(candidacyId, 'suppressed')
        await release(world, candidacyId)
        await world.workAll()
        expect(own()).toEqual([])
        expect(await world.db.query(`select state from coupons where state <> 'deleted'`)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
