import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accountFields, decideAccountUpdate, noEnd } from '../../src/shops/decide-account-update.ts'

const now = new Date('2026-03-02T12:00:00Z')
const soon = new Date('2026-03-05T12:00:00Z')
const seconds = (at: Date): number => at.getTime() / 1000
const account = (value: unknown) => decideAccountUpdate('account_update', value, now)
const restriction = (type: string, expiration: unknown) =>
  account({ event: 'ACCOUNT_RESTRICTION', restriction_info: [{ restriction_type: type, expiration }] })

describe('a restriction of the account', () => {
  test('of what the business begins lets answers go on', () => {
    expect(restriction('RESTRICTED_BIZ_INITIATED_MESSAGING', seconds(soon))).toEqual([
      { kind: 'restrict', until: soon, types: 'RESTRICTED_BIZ_INITIATED_MESSAGING' },
      {
        kind: 'tell',
        code: 'account_restricted',
        details: {
          restrictions: [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', until: soon.toISOString() }],
        },
      },
    ])
  })

  test('of answers stops everything until its end', () => {
    expect(restriction('RESTRICTED_CUSTOMER_INITIATED_MESSAGING', seconds(soon))[0]).toEqual({
      kind: 'stop',
      reason: 'account_restricted',
      until: soon,
      types: 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING',
    })
  })

  test.each([[undefined], [null], ['never'], [0], [{}]])(
    'that says %s for its end has none',
    (expiration) => {
      expect(restriction('RESTRICTED_BIZ_INITIATED_MESSAGING', expiration)[0]).toMatchObject({ until: noEnd })
    },
  )

  test.each([[String(seconds(soon))], [soon.toISOString()]])('may write its end as %s', (expiration) => {
    expect(restriction('RESTRICTED_BIZ_INITIATED_MESSAGING', expiration)[0]).toMatchObject({ until: soon })
  })

  test('that has ended already changes nothing', () => {
    expect(restriction('RESTRICTED_BIZ_INITIATED_MESSAGING', seconds(now))).toEqual([])
  })

  test('of something else than messages is told, and nothing more', () => {
    expect(restriction('RESTRICTED_ADD_PHONE_NUMBER_ACTION', seconds(soon))).toMatchObject([
      { kind: 'tell', code: 'account_restricted' },
    ])
  })

  test('lasts as long as the longest of those that say the same', () => {
    const later = new Date('2026-03-09T12:00:00Z')
    const value = {
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [soon, later].map((at) => ({
        restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING',
        expiration: seconds(at),
      })),
    }
    expect(account(value)[0]).toMatchObject({ kind: 'restrict', until: later })
  })
})

describe('a ban of the account', () => {
  const ban = (state: unknown) =>
    account({
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: state, waba_ban_date: 'April 17, 2025' },
    })

  test.each([
    ['DISABLE', ['stop', 'tell']],
    [['DISABLE'], ['stop', 'tell']],
    ['SCHEDULE_FOR_DISABLE', ['tell']],
    ['REINSTATE', ['reinstate']],
    ['SOMETHING_NEW', []],
    [undefined, []],
  ])('%s', (state, kinds) => {
    expect(ban(state).map(({ kind }) => kind)).toEqual(kinds)
  })
})

describe('of what else an account can tell', () => {
  test.each([
    ['ACCOUNT_DELETED', ['stop']],
    ['ACCOUNT_VIOLATION', ['tell']],
    ['ACCOUNT_OFFBOARDED', ['tell']],
    ['PARTNER_REMOVED', ['tell']],
    ['ACCOUNT_RECONNECTED', ['over']],
    ['VOLUME_BASED_PRICING_TIER_UPDATE', []],
    ['MM_LITE_TERMS_SIGNED', []],
    ['SOMETHING_NEW', []],
  ])('%s', (event, kinds) => {
    expect(account({ event }).map(({ kind }) => kind)).toEqual(kinds)
  })

  test('its review', () => {
    const review = (decision: string) => decideAccountUpdate('account_review_update', { decision }, now)
    expect(review('APPROVED')).toEqual([{ kind: 'over', code: 'account_not_approved' }])
    expect(review('REJECTED')).toMatchObject([{ kind: 'tell', code: 'account_not_approved' }])
    expect(review('PENDING')).toEqual([])
  })

  test('an alert, in Meta’s words', () => {
    const value = {
      alert_severity: 'INFORMATIONAL',
      alert_type: 'OBA_APPROVED',
      alert_description: 'Sample\0',
    }
    expect(decideAccountUpdate('account_alerts', value, now)).toEqual([
      {
        kind: 'tell',
        code: 'account_alert',
        subject: 'OBA_APPROVED',
        details: { severity: 'INFORMATIONAL', description: 'Sample' },
      },
    ])
    expect(decideAccountUpdate('account_alerts', {}, now)).toEqual([])
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
    expect(decideAccountUpdate(field, value, now)).toEqual([{ kind: 'tier', tier }])
  })

  test('comes with a higher rate, or not at all', () => {
    const value = {
      display_phone_number: '15550783881',
      event: 'THROUGHPUT_UPGRADE',
      current_limit: 'TIER_UNLIMITED',
    }
    expect(decideAccountUpdate('phone_number_quality_update', value, now)).toEqual([
      { kind: 'upgrade', number: '15550783881' },
      { kind: 'tier', tier: 'TIER_UNLIMITED' },
    ])
    expect(
      decideAccountUpdate('business_capability_update', { max_phone_numbers_per_waba: 25 }, now),
    ).toEqual([])
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
      expect(Array.isArray(decideAccountUpdate(field, given, now))).toBe(true)
    }),
  )
})
