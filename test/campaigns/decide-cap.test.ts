import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideCap, type CapQuestion, type CountedMessage } from '../../src/campaigns/decide-cap.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'

const { caps } = defaultShopSettings
const now = new Date('2026-03-10T12:00:00Z')
const dayMs = 86_400_000
const ago = (days: number, purpose: CountedMessage['purpose'] = 'campaign'): CountedMessage => ({
  at: new Date(now.getTime() - days * dayMs),
  purpose,
})
const ask = (question: Partial<CapQuestion>): CapQuestion => ({
  purpose: 'campaign',
  at: now,
  counted: [],
  hasOpenAlert: false,
  ...question,
})

test('a person who got nothing is free', () => {
  expect(decideCap(ask({}), caps)).toEqual({ kind: 'free' })
})

test('a campaign a millisecond inside the seven days is too early; exactly seven days is not', () => {
  const inside = { at: new Date(now.getTime() - 7 * dayMs + 1), purpose: 'campaign' as const }
  expect(decideCap(ask({ counted: [inside] }), caps)).toEqual({
    kind: 'full',
    reason: 'cap_7d',
    freeAt: new Date(now.getTime() + 1),
  })
  expect(decideCap(ask({ counted: [ago(7)] }), caps)).toEqual({ kind: 'free' })
})

test('an alert counts against campaigns, but a campaign does not hold back an alert', () => {
  expect(decideCap(ask({ counted: [ago(1, 'alert')] }), caps)).toMatchObject({ reason: 'cap_7d' })
  expect(decideCap(ask({ purpose: 'alert', counted: [ago(0.1)] }), caps)).toEqual({ kind: 'free' })
})

test('with alertsSkip7Days off the literal rule holds for alerts too', () => {
  const literal = { ...caps, alertsSkip7Days: false }
  expect(decideCap(ask({ purpose: 'alert', counted: [ago(3)] }), literal)).toMatchObject({ reason: 'cap_7d' })
})

test('one alert in 24 hours', () => {
  expect(decideCap(ask({ purpose: 'alert', counted: [ago(0.5, 'alert')] }), caps)).toEqual({
    kind: 'full',
    reason: 'cap_24h',
    freeAt: new Date(now.getTime() + dayMs / 2),
  })
  expect(decideCap(ask({ purpose: 'alert', counted: [ago(1, 'alert')] }), caps)).toEqual({ kind: 'free' })
})

test('the fifth message in 30 days waits until the first of the four is 30 days old', () => {
  const counted = [ago(29), ago(22), ago(15), ago(8)]
  expect(decideCap(ask({ counted }), caps)).toEqual({
    kind: 'full',
    reason: 'cap_30d',
    freeAt: new Date(now.getTime() + dayMs),
  })
})

test('while an alert is open, campaigns leave one of the four to it', () => {
  const counted = [ago(25), ago(17), ago(9)]
  expect(decideCap(ask({ counted }), caps)).toEqual({ kind: 'free' })
  expect(decideCap(ask({ counted, hasOpenAlert: true }), caps)).toMatchObject({ reason: 'cap_30d' })
  expect(decideCap(ask({ counted, hasOpenAlert: true, purpose: 'alert' }), caps)).toEqual({ kind: 'free' })
})

test('what is reserved for later counts too', () => {
  expect(decideCap(ask({ counted: [ago(-2)] }), caps)).toMatchObject({ reason: 'cap_7d' })
})

const messages = fc.array(
  fc.record({
    at: fc.integer({ min: -40 * dayMs, max: 0 }).map((ms) => new Date(now.getTime() + ms)),
    purpose: fc.constantFrom('campaign' as const, 'alert' as const),
  }),
  { maxLength: 8 },
)

test('at the time it names, the person is free again, and not a millisecond before', () => {
  fc.assert(
    fc.property(
      messages,
      fc.constantFrom('campaign' as const, 'alert' as const),
      fc.boolean(),
      (counted, purpose, hasOpenAlert) => {
        const decision = decideCap(ask({ counted, purpose, hasOpenAlert }), caps)
        if (decision.kind === 'free') return
        const at = (time: number) =>
          decideCap(ask({ counted, purpose, hasOpenAlert, at: new Date(time) }), caps).kind
        expect(at(decision.freeAt.getTime())).toBe('free')
        expect(at(decision.freeAt.getTime() - 1)).toBe('full')
      },
    ),
    { numRuns: 500 },
  )
})

test('messages let through one after the other never fill a window too much', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          gapMs: fc.integer({ min: 0, max: 9 * dayMs }),
          purpose: fc.constantFrom('campaign' as const, 'alert' as const),
        }),
        {
          maxLength: 40,
        },
      ),
      (wishes) => {
        const sent: CountedMessage[] = []
        let at = now.getTime()
        for (const wish of wishes) {
          at += wish.gapMs
          const question = ask({ counted: sent, purpose: wish.purpose, at: new Date(at) })
          if (decideCap(question, caps).kind === 'free')
            sent.push({ at: new Date(at), purpose: wish.purpose })
        }
        for (const message of sent) {
          const before = (windowMs: number) =>
            sent.filter(
              (other) =>
                other !== message &&
                other.at <= message.at &&
                message.at.getTime() - other.at.getTime() < windowMs,
            )
          expect(before(30 * dayMs).length).toBeLessThan(4)
          if (message.purpose === 'campaign')
            expect(before(7 * dayMs).filter((other) => other.at < message.at)).toEqual([])
          else expect(before(dayMs).filter((other) => other.purpose === 'alert')).toEqual([])
        }
      },
    ),
    { numRuns: 300 },
  )
})
