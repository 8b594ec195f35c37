import { expect, test } from 'vitest'
import { findOpening } from '../../src/campaigns/send-window.ts'
import { defaultShopSettings, shopSettingsSchema } from '../../src/shops/shop-settings.ts'

const settings = defaultShopSettings.sendWindow
const opensAt = (regions: string[], now: string) =>
  findOpening(regions, settings, new Date(now)).opensAt?.toISOString()
const isOpen = (regions: string[], now: string) => findOpening(regions, settings, new Date(now)).isOpen

test('open from 09:00 until just before 20:00 where the person is', () => {
  expect(isOpen(['BR|America/Sao_Paulo'], '2026-03-02T12:00:00Z')).toBe(true)
  expect(isOpen(['BR|America/Sao_Paulo'], '2026-03-02T11:59:59.999Z')).toBe(false)
  expect(isOpen(['BR|America/Sao_Paulo'], '2026-03-02T22:59:59.999Z')).toBe(true)
  expect(isOpen(['BR|America/Sao_Paulo'], '2026-03-02T23:00:00Z')).toBe(false)
})

test('at night the next opening is the coming morning', () => {
  expect(opensAt(['DE|Europe/Berlin'], '2026-03-02T21:30:00Z')).toBe('2026-03-03T08:00:00.000Z')
  expect(opensAt(['DE|Europe/Berlin'], '2026-03-02T03:00:00Z')).toBe('2026-03-02T08:00:00.000Z')
})

test('09:00 stays 09:00 on the wall across daylight saving', () => {
  expect(opensAt(['DE|Europe/Berlin'], '2026-03-28T20:00:00Z')).toBe('2026-03-29T07:00:00.000Z')
  expect(opensAt(['DE|Europe/Berlin'], '2026-10-24T20:00:00Z')).toBe('2026-10-25T08:00:00.000Z')
})

test('a person who may be in several zones is written to only when it is open in all of them', () => {
  const coasts = ['US|America/New_York', 'US|America/Los_Angeles']
  expect(isOpen(coasts, '2026-03-02T15:00:00Z')).toBe(false)
  expect(opensAt(coasts, '2026-03-02T15:00:00Z')).toBe('2026-03-02T17:00:00.000Z')
  expect(opensAt(coasts, '2026-03-03T01:00:00Z')).toBe('2026-03-03T17:00:00.000Z')
})

test('zones whose days never meet have no opening', () => {
  expect(opensAt(['XX|Etc/GMT+12', 'XX|Etc/GMT'], '2026-03-02T15:00:00Z')).toBeUndefined()
})

test('in France nothing on Sundays and public holidays', () => {
  expect(opensAt(['FR|Europe/Paris'], '2026-03-01T10:00:00Z')).toBe('2026-03-02T08:00:00.000Z')
  expect(opensAt(['FR|Europe/Paris'], '2026-07-14T10:00:00Z')).toBe('2026-07-15T07:00:00.000Z')
  expect(isOpen(['BE|Europe/Brussels'], '2026-03-01T10:00:00Z')).toBe(true)
})

test('a shop may set other hours for a country', () => {
  const { sendWindow } = shopSettingsSchema.parse({
    sendWindow: { byCountry: { ES: { window: { opens: '10:00', closes: '14:00' } } } },
  })
  expect(
    findOpening(['ES|Europe/Madrid'], sendWindow, new Date('2026-03-02T08:30:00Z')).opensAt?.toISOString(),
  ).toBe('2026-03-02T09:00:00.000Z')
  expect(() =>
    shopSettingsSchema.parse({
      sendWindow: { byCountry: { ES: { window: { opens: '14:00', closes: '10:00' } } } },
    }),
  ).toThrow()
})
