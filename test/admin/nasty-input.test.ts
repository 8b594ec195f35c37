import fc from 'fast-check'
import { expect, test } from 'vitest'
import { campaignKinds } from '../../src/campaigns/campaign-kinds.ts'
import { shopSettingsSchema } from '../../src/shops/shop-settings.ts'
import { insertPerson } from '../support/rows.ts'
import { createAdminWorld } from './admin-world.ts'

const nasty = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>('\0', '\ud800', 'a\0b', -1, 1e300, 2 ** 53, '', [], {}, null, ['\0'], {
    '\0\0': {},
  }),
)

/** Settings as they could be, but for what stands in them. */
const nastySettings = (settings: object): fc.Arbitrary<unknown> =>
  fc.record(
    Object.fromEntries(
      Object.entries(settings).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? fc.oneof(nasty, nastySettings(value))
          : nasty,
      ]),
    ),
    { requiredKeys: [] },
  )

const allSettings = shopSettingsSchema.parse({ shop: { name: 'x', timeZone: 'x', language: 'x' } })
const choices = { tags: [], countries: [], languages: [], categoryIds: [], consentSources: [] }
const rules = { audience: { include: choices, exclude: choices }, holdoutBps: 0, variants: [], settings: {} }

test('nothing that is sent to the settings is our fault, and what is refused changes nothing', async () => {
  await using world = await createAdminWorld()
  const personId = await insertPerson(world.db, world.shop.id, world.clock.now())
  const kind = fc.constantFrom(...Object.keys(campaignKinds), 'toString', '%00')
  const asked = fc.oneof(
    fc.tuple(fc.constant('/v1/settings'), fc.record({ settings: nastySettings(allSettings) })),
    fc.tuple(fc.constant('/v1/shop'), nastySettings(allSettings.shop)),
    fc.tuple(
      kind.map((name) => `/v1/campaigns/${name}`),
      fc.oneof(
        nastySettings(rules),
        ...Object.values(campaignKinds).map(({ settingsSchema }) =>
          fc.record({ settings: nastySettings(settingsSchema.parse({}) as object) }),
        ),
      ),
    ),
    fc.tuple(fc.constant(`/v1/people/${personId}/tags`), fc.record({ tags: nasty })),
  )
  await fc.assert(
    fc.asyncProperty(asked, async ([path, body]) => {
      const before = await world.rows('audit_log')
      const { status } = await world.call('PUT', path, body)
      expect([200, 400, 404]).toContain(status)
      if (status !== 200) expect(await world.rows('audit_log')).toEqual(before)
    }),
    { numRuns: 300 },
  )
  // Whatever was taken can be read.
  for (const path of ['/v1/settings', '/v1/campaigns/price_drop', '/v1/audit'])
    expect((await world.call('GET', path)).status).toBe(200)
})
