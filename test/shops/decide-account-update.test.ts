import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accountFields, decideAccountUpdate } from '../../src/shops/decide-account-update.ts'

const soon = new Date('2026-03-05T12:00:00Z')
const seconds = (at: Date): number => at.getTime() / 1000
const account = (value: unknown) => decideAccountUpdate('account_update', value)
const restriction = (type: string, expiration: unknown) =>
  account({ event: 'ACCOUNT_RESTRICTION', restriction_info: [{ restriction_type: type, expiration }] })

describe('a restriction of the account', () => {
  const begin = { kind: 'word', matter: 'restriction:RESTRICTED_BIZ_INITIATED_MESSAGING' }

  test('is a word of its own for each type, with its own end', () => {
    const later = new Date('2026-03-09T12:00:00Z')
    const value = {
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [
        { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: seconds(later) },
        { restriction_type: 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING', expiration: seconds(soon) },
      ],
    }
    expect(account(value)).toEqual([
      { ...begin, until: later },
      { kind: 'word', matter: 'restriction:RESTRICTED_CUSTOMER_INITIATED_MESSAGING', until: soon },
    ])
  })

  test.each([[undefined], [null], ['never'], [0], [{}]])(
    'that says %s for its end has none',
    (expiration) => {
      expect(restriction('RESTRICTED_BIZ_INITIATED_MESSAGING', expiration)).toEqual([
        { ...begin, until: null },
      ])
    },
  )

  test.each([[String(seconds(soon))], [soon.toISOString()]])('may write its end as %s', (expiration) => {
    expect(restriction('RESTRICTED_BIZ_INITIATED_MESSAGING', expiration)).toEqual([{ ...begin, until: soon }])
  })
})

describe('a ban of the account', () => {
  const ban = (state: unknown) =>
    account({
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: state, waba_ban_date: 'April 17, 2025' },
    })

  test.each([
    ['DISABLE', [{ kind: 'word', matter: 'disabled', text: 'April 17, 2025' }]],
    [['DISABLE'], [{ kind: 'word', matter: 'disabled', text: 'April 17, 2025' }]],
    ['SCHEDULE_FOR_DISABLE', [{ kind: 'word', matter: 'to_be_disabled', text: 'April 17, 2025' }]],
    ['REINSTATE', [{ kind: 'word', matter: 'reinstated' }]],
    ['SOMETHING_NEW', []],
    [undefined, []],
  ])('%s', (state, changes) => {
    expect(ban(state)).toEqual(changes)
  })
})

describe('of what else an account can tell', () => {
  test.each([
    ['ACCOUNT_DELETED', ['word']],
    ['ACCOUNT_VIOLATION', ['tell']],
    ['ACCOUNT_OFFBOARDED', ['word']],
    ['PARTNER_REMOVED', ['tell']],
    ['ACCOUNT_RECONNECTED', ['word']],
    ['VOLUME_BASED_PRICING_TIER_UPDATE', []],
    ['MM_LITE_TERMS_SIGNED', []],
    ['SOMETHING_NEW', []],
  ])('%s', (event, kinds) => {
    expect(account({ event }).map(({ kind }) => kind)).toEqual(kinds)
  })

  test('its review', () => {
    const review = (decision: string) => decideAccountUpdate('account_review_update', { decision })
    expect(review('APPROVED')).toEqual([{ kind: 'word', matter: 'review', text: 'APPROVED' }])
    expect(review('REJECTED')).toEqual([{ kind: 'word', matter: 'review', text: 'REJECTED' }])
    expect(review('PENDING')).toEqual([])
  })

  test('an alert, in Meta’s words', () => {
    const value = {
      alert_severity: 'INFORMATIONAL',
      alert_type: 'OBA_APPROVED',
      alert_description: 'Sample\0',
    }
    expect(decideAccountUpdate('account_alerts', value)).toEqual([
      {
        kind: 'tell',
        code: 'account_alert',
        subject: 'OBA_APPROVED',
        details: { severity: 'INFORMATIONAL', description: 'Sample' },
      },
    ])
    expect(decideAccountUpdate('account_alerts', {})).toEqual([])
  })
})

describe('another messaging limit', () => {
  test.each([
    ['business_capability_update', { max_daily_conversations_per_business: 2000 }, 'TIER_2K'],
    [
      'business_capability_update',
      { max_daily_conversations_per_business: 'TIER_UNLIMITED' },
      'TIER_UNLIMITED',
    ],
    ['business_capability_update', { max_daily_conversation_per_phone: -1 }, 'TIER_UNLIMITED'],
    [
      'phone_number_quality_update',
      { event: 'ONBOARDING', max_daily_conversations_per_business: 'TIER_250' },
      'TIER_250',
    ],
    [
      'phone_number_quality_update',
      { event: 'UPGRADE', current_limit: 'TIER_10K', old_limit: 'TIER_2K' },
      'TIER_10K',
    ],
  ])('in %s %j', (field, value, tier) => {
    expect(decideAccountUpdate(field, value)).toEqual([{ kind: 'tier', tier }])
  })

  test('comes with a higher rate, or not at all', () => {
    const value = {
      display_phone_number: '15550783881',
      event: 'THROUGHPUT_UPGRADE',
      current_limit: 'TIER_UNLIMITED',
    }
    expect(decideAccountUpdate('phone_number_quality_update', value)).toEqual([
      { kind: 'upgrade', number: '15550783881' },
      { kind: 'tier', tier: 'TIER_UNLIMITED' },
    ])
    expect(decideAccountUpdate('business_capability_update', { max_phone_numbers_per_waba: 25 })).toEqual([])
  })
})

test('nothing that Meta could send is our fault', () => {
  const event = fc.constantFrom(
    'ACCOUNT_RESTRICTION',
    'DISABLED_UPDATE',
    'ACCOUNT_VIOLATION',
    'THROUGHPUT_UPGRADE',
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({
      event,
      restriction_info: fc.jsonValue(),
      ban_info: fc.jsonValue(),
      violation_info: fc.jsonValue(),
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...accountFields, 'constructor'), value, (field, given) => {
      expect(Array.isArray(decideAccountUpdate(field, given))).toBe(true)
    }),
  )
})
