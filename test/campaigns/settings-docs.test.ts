import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { campaignKinds } from '../../src/campaigns/campaign-kinds.ts'
import { shopSettingsSchema } from '../../src/shops/shop-settings.ts'

const page = readFileSync('docs/campaigns.md', 'utf8')

test('the merchant’s page names every setting of every campaign', () => {
  for (const [kind, { settingsSchema }] of Object.entries(campaignKinds)) {
    const section = page.split(`### ${kind}`)[1]?.split('##')[0] ?? ''
    const settings = settingsSchema.parse({}) as Record<string, unknown>
    for (const [name, value] of Object.entries(settings)) {
      const line = section.split('\n').find((row) => row.includes(`\`${name}\``))
      expect(line, `${kind}.${name}`).toContain(value === null ? 'none' : JSON.stringify(value))
    }
  }
})

test('and every setting of the shop', () => {
  const settings = shopSettingsSchema.parse({ shop: { name: 'x', timeZone: 'x', language: 'x' } })
  const names = Object.entries(settings).flatMap(([section, fields]) =>
    Object.keys(fields).map((name) => `${section}.${name}`),
  )
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
