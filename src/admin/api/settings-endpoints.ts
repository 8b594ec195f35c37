import { z } from 'zod'
import { findCampaignConflicts } from '../../campaigns/campaign-memory.ts'
import { releaseBudget } from '../../outbox/release-budget.ts'
import type { Database } from '../../platform/database.ts'
import { changeShopSettings } from '../../shops/change-settings.ts'
import { shopSettingsSchema } from '../../shops/shop-settings.ts'
import { loadShop, loadVersionedSettings, type VersionedSettings } from '../../shops/shop-store.ts'
import { actorOf } from './actor.ts'
import { endpoint, type Call, type Endpoint } from './endpoint.ts'
import { time } from './fields.ts'
import { plain } from './plain.ts'
import type { Reads } from './reads.ts'
import { orProblem } from './refusals.ts'
import { shop as shopShown } from './shop-endpoints.ts'
import { findShopVersions } from './version-store.ts'

export interface SettingsDeps {
  db: Database
  reads: Reads
}

const version = z.int().min(0).meta({ description: '0: nothing was ever set, the defaults are in force.' })
const wanted = version.optional().meta({
  description: 'The version the change was made for; with another one in force it is refused (409).',
})

const answer = z.strictObject({ version, settings: shopSettingsSchema })

export function settingsEndpoints(deps: SettingsDeps): Endpoint[] {
  return [readEndpoint(deps), changeEndpoint(deps), versionsEndpoint(deps), shopEndpoint(deps)]
}

function readEndpoint({ db }: SettingsDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/settings',
    summary: 'The rules of the shop, defaults filled in',
    tag: 'settings',
    answer,
    handle: ({ shop }) => loadVersionedSettings(db, shop.id),
  })
}

function changeEndpoint({ db }: SettingsDeps): Endpoint {
  return endpoint({
    method: 'put',
    path: '/v1/settings',
    summary: 'Changes rules of the shop: those given; null goes back to the default',
    tag: 'settings',
    body: z.strictObject({
      version: wanted,
      settings: z
        .record(z.string(), z.unknown())
        .meta({ description: '{section: {setting: value}}, as GET shows them.' }),
    }),
    answer,
    handle: ({ shop, body, now }) =>
      change(db, { shop, now }, { patch: body.settings, version: body.version }),
  })
}

function change(
  db: Database,
  { shop, now }: Pick<Call<unknown, unknown, unknown>, 'shop' | 'now'>,
  wantedChange: { patch: unknown; version: number | undefined },
): Promise<VersionedSettings> {
  const deps = { findConflicts: findCampaignConflicts }
  return orProblem(() =>
    db.transaction(async (tx) => {
      const changed = await changeShopSettings(tx, deps, { shopId: shop.id, ...wantedChange }, actorOf(now))
      await releaseBudget(tx, shop.id, now)
      return changed
    }),
  )
}

function versionsEndpoint({ reads }: SettingsDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/settings/versions',
    summary:
      'The latest 100 versions of the shop’s rules, newest first: what each set apart from the defaults',
    tag: 'settings',
    answer: z.strictObject({
      items: z.array(
        z.strictObject({ version, settings: z.unknown(), createdAt: time, createdBy: z.string() }),
      ),
    }),
    handle: async ({ shop }) => ({ items: plain(await findShopVersions(reads, shop.id)) }),
  })
}

function shopEndpoint({ db }: SettingsDeps): Endpoint {
  return endpoint({
    method: 'put',
    path: '/v1/shop',
    summary: 'What the shop is called, its time zone and its language',
    tag: 'shops',
    body: z.strictObject({
      name: z.string().nullable().optional(),
      timeZone: z.string().nullable().optional().meta({ description: 'IANA, such as Europe/Lisbon' }),
      language: z.string().nullable().optional().meta({ description: 'en, pt_BR' }),
    }),
    answer: shopShown,
    handle: async ({ shop, body, now }) => {
      await change(db, { shop, now }, { patch: { shop: body }, version: undefined })
      return loadShop(db, shop.id)
    },
  })
}
