import { describe, expect, test } from 'vitest'
import type { OutgoingContent } from '../../src/connectors/meta/wire-message.ts'
import { endpointOf } from '../../src/outbox/choose-endpoint.ts'
import { chooseRecipient } from '../../src/outbox/choose-recipient.ts'
import { isMedia } from '../../src/outbox/media.ts'
import { defaultShopSettings } from '../../src/shops/shop-settings.ts'

const template: OutgoingContent = {
  kind: 'template',
  name: 'sale',
  language: 'en',
  parameters: [],
  buttons: [],
}
const text: OutgoingContent = { kind: 'text', body: 'Hello' }
const marketing = { ...defaultShopSettings.sending, marketingMessagesApi: true }

describe('Meta’s second address', () => {
  test('is for marketing templates, where the shop has chosen it', () => {
    expect(endpointOf(marketing, template, 'MARKETING')).toEqual({
      kind: 'marketing_messages',
      productPolicy: 'CLOUD_API_FALLBACK',
      messageActivitySharing: false,
    })
  })

  test.each([
    ['a shop that has not chosen it', defaultShopSettings.sending, template, 'MARKETING'],
    ['a utility template', marketing, template, 'UTILITY'],
    ['a template whose category nobody knows', marketing, template, undefined],
    ['free text', marketing, text, 'MARKETING'],
  ])('is not for %s', (_, settings, content, category) => {
    expect(endpointOf(settings, content, category)).toEqual({ kind: 'messages' })
  })
})

describe('a message whose user id was refused', () => {
  const bsuid = { kind: 'bsuid', bsuid: 'US.134' } as const
  const number = { kind: 'number', number: '+16505551234' } as const

  const after = (lastErrorCode: number | null, userIdRefused = false) => ({ lastErrorCode, userIdRefused })

  test('goes to the number the next time, and from then on', () => {
    expect(chooseRecipient({ recipient: bsuid, number }, after(null))).toBe(bsuid)
    expect(chooseRecipient({ recipient: bsuid, number }, after(131062))).toBe(number)
    expect(chooseRecipient({ recipient: bsuid, number }, after(130429))).toBe(bsuid)
    expect(chooseRecipient({ recipient: bsuid, number }, after(130429, true))).toBe(number)
    expect(chooseRecipient({ recipient: bsuid, number }, after(null, true))).toBe(number)
  })

  test('goes nowhere without one, and says why', () => {
    expect(chooseRecipient({ recipient: bsuid, number: undefined }, after(131062))).toBe('bsuid_unsupported')
    expect(chooseRecipient({ recipient: undefined, number: undefined }, after(null))).toBe('no_address')
  })
})

test.each([
  [{ link: 'https://shop.example/a.jpg' }, true],
  [{ link: 'http://shop.example/a b.jpg' }, true],
  [{ link: 'shop.example/a.jpg' }, false],
  [{ link: 'https://' }, false],
  [{ link: '' }, false],
  [{ id: '4490709327384033' }, true],
  [{ id: '' }, false],
  [{ id: '../other' }, false],
])('%o is something Meta can find: %s', (source, found) => {
  expect(isMedia({ media: 'image', source })).toBe(found)
})

test('a document whose name is too long is none', () => {
  const source = { id: '1' }
  expect(isMedia({ media: 'document', source, fileName: 'a'.repeat(240) })).toBe(true)
  expect(isMedia({ media: 'document', source, fileName: 'a'.repeat(241) })).toBe(false)
})
