import { expect, test } from 'vitest'
import { findPlace } from '../../src/people/send-regions.ts'

const number = (value: string) => [{ kind: 'wa_id', value }]
const userId = (value: string) => [{ kind: 'bsuid', value }]

test.each([
  ['+12125551234', 'US', ['US|America/New_York']],
  ['+18085551234', 'US', ['US|Pacific/Honolulu']],
  ['+14165551234', 'CA', ['CA|America/Toronto']],
  ['+5511987654321', 'BR', ['BR|America/Sao_Paulo']],
  ['+5592987654321', 'BR', ['BR|America/Manaus']],
  ['+351912345678', 'PT', ['PT|Atlantic/Azores', 'PT|Europe/Lisbon']],
  ['+919812345678', 'IN', ['IN|Asia/Calcutta']],
])('%s is in %s, at %j', async (value, country, sendRegions) => {
  expect(await findPlace(number(value))).toEqual({ country, sendRegions })
})

test('a user id tells the country only: every zone of it is possible', async () => {
  const { country, sendRegions } = await findPlace(userId('US.13491208655302741918'))
  expect(country).toBe('US')
  expect(sendRegions).toEqual(
    expect.arrayContaining(['US|America/New_York', 'US|America/Los_Angeles', 'US|Pacific/Honolulu']),
  )
  expect(await findPlace(userId('IN.1'))).toEqual({ country: 'IN', sendRegions: ['IN|Asia/Calcutta'] })
})

test('a number says more than a user id', async () => {
  expect(await findPlace([...userId('US.1'), ...number('+12125551234')])).toMatchObject({
    sendRegions: ['US|America/New_York'],
  })
})

test('where nothing is known, no place is made up', async () => {
  expect(await findPlace([])).toEqual({ country: null, sendRegions: [] })
  expect(await findPlace([{ kind: 'email', value: 'ana@example.com' }])).toEqual({
    country: null,
    sendRegions: [],
  })
  expect(await findPlace(userId('XX.1'))).toMatchObject({ sendRegions: [] })
  expect(await findPlace(number('+15550783881'))).toEqual({ country: null, sendRegions: [] })
})

test('every zone is one that the clock knows', async () => {
  for (const country of ['US', 'BR', 'AU', 'RU', 'CA', 'MX', 'ID', 'CN', 'AR']) {
    for (const region of (await findPlace(userId(`${country}.1`))).sendRegions) {
      expect(() => new Intl.DateTimeFormat('en', { timeZone: region.split('|')[1] })).not.toThrow()
    }
  }
})
