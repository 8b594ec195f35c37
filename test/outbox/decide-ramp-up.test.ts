import { expect, test } from 'vitest'
import { decideRampUp, mayRampUp, type RampUp } from '../../src/outbox/decide-ramp-up.ts'
import { unmade } from '../../src/outbox/template-states.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'

const now = new Date('2026-03-02T12:00:00Z')
const hour = 3_600_000
const ago = (hours: number): Date => new Date(now.getTime() - hours * hour)
const settings = defaultShopSettings.sending.templateRampUp

type Ramping = Parameters<typeof decideRampUp>[0]

const decide = (over: Partial<Ramping>, at = now): RampUp =>
  decideRampUp({ ...unmade, usableSince: ago(100), ...over }, settings, at)

test.each<[string, Partial<Ramping>, Partial<RampUp>]>([
  ['never used, however long ago it was approved', {}, { kind: 'steps', hour: 0, left: 100 }],
  ['in its first hour', { rampStartedAt: ago(0.5), rampSent: 60 }, { kind: 'steps', left: 40 }],
  ['when its first hour is used up', { rampStartedAt: ago(0.5), rampSent: 100 }, { kind: 'steps', left: 0 }],
  [
    'in its second hour',
    { rampStartedAt: ago(1), rampSent: 100 },
    { kind: 'steps', hour: 1, sent: 0, left: 1_000 },
  ],
  [
    'later in that hour',
    { rampStartedAt: ago(1.5), rampHour: 1, rampSent: 400 },
    { kind: 'steps', left: 600 },
  ],
  ['after an hour without any', { rampStartedAt: ago(9), rampHour: 1, rampSent: 400 }, { left: 1_000 }],
  ['after a day', { rampStartedAt: ago(24), rampSent: 1_000 }, { kind: 'open' }],
  ['as soon as its quality is good', { rampStartedAt: ago(0.1), quality: 'GREEN' }, { kind: 'open' }],
  [
    'when people do not like it',
    { rampStartedAt: ago(9), rampHour: 9, rampSent: 60, quality: 'RED' },
    { kind: 'steps', left: 40 },
  ],
  [
    'while Meta holds it back',
    { rampHeldAt: ago(0.5) },
    { kind: 'closed', reason: 'template_held', until: ago(-0.5) },
  ],
  [
    'while Meta holds it back, even after a day',
    { rampStartedAt: ago(30), rampHeldAt: ago(0.5) },
    { kind: 'closed' },
  ],
  [
    'an hour later, nothing having failed',
    { rampHeldAt: ago(1), rampStartedAt: ago(2) },
    { kind: 'steps', left: 1_000 },
  ],
])('a template %s', (_, over, expected) => {
  expect(decide(over)).toMatchObject(expected)
})

test('the next step begins when the hour of its use ends', () => {
  expect(decide({ rampStartedAt: ago(1.25), rampHour: 1, rampSent: 1_000 })).toMatchObject({
    nextAt: ago(-0.75),
    left: 0,
  })
})

test('a shop may do without', () => {
  const without = { ...settings, hours: 0 }
  expect(decideRampUp({ ...unmade, usableSince: now }, without, now)).toEqual({ kind: 'open' })
})

test('a clock that was set back gives the first hour’s share', () => {
  expect(decide({ rampStartedAt: ago(-2), rampSent: 10 })).toMatchObject({ hour: 0, left: 90 })
})

test('whether there may be a ramp-up is known without the settings', () => {
  const longest = { firstHour: 1, perHour: 1, hours: 168 }
  const templates: Ramping[] = [null, ago(1), ago(167), ago(168), ago(1_000)].flatMap((rampStartedAt) =>
    [null, 'GREEN', 'RED'].flatMap((quality) =>
      [null, ago(0.5)].map((rampHeldAt) => ({ ...unmade, rampStartedAt, quality, rampHeldAt })),
    ),
  )
  for (const template of templates)
    expect(mayRampUp(template, now)).toBe(decideRampUp(template, longest, now).kind !== 'open')
})
