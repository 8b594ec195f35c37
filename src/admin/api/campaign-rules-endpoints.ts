import { z } from 'zod'
import { audienceSchema, variantsSchema } from '../../campaigns/audience.ts'
import { kindOf, type CampaignKindName } from '../../campaigns/campaign-kinds.ts'
import { kindNamed, readCampaignRules } from '../../campaigns/campaign-rules.ts'
import { findCampaign, type Campaign } from '../../campaigns/campaign-store.ts'
import { changeCampaign, turnCampaign } from '../../campaigns/change-campaign.ts'
import type { Database, Sql } from '../../platform/database.ts'
import { HubError } from '../../platform/errors.ts'
import { actorOf } from './actor.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, time } from './fields.ts'
import { plain } from './plain.ts'
import type { Reads } from './reads.ts'
import { orProblem } from './refusals.ts'
import { findCampaignVersions } from './version-store.ts'

export interface CampaignRulesDeps {
  db: Database
  reads: Reads
}

const params = z.strictObject({ kind: z.string().max(60) })

const rules = {
  settings: z.unknown().meta({ description: 'Of its kind (docs/campaigns.md).' }),
  audience: audienceSchema,
  holdoutBps: z.int().meta({ description: 'Basis points of people who get nothing, for comparison.' }),
  variants: variantsSchema,
}

const campaign = z.strictObject({
  id,
  kind: z.string(),
  isOn: z.boolean(),
  onSince: time.nullable().meta({ description: 'Nothing from before this moment is announced.' }),
  version: z.int(),
  ...rules,
  missing: z
    .strictObject({ field: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'What must be set before it can be switched on.' }),
  proposal: z
    .strictObject({ field: z.string(), value: z.int(), message: z.string() })
    .nullable()
    .meta({ description: 'A value that the shop’s own figures suggest.' }),
})

export function campaignRulesEndpoints(deps: CampaignRulesDeps): Endpoint[] {
  return [
    readEndpoint(deps),
    changeEndpoint(deps),
    versionsEndpoint(deps),
    switchEndpoint(deps, true),
    switchEndpoint(deps, false),
  ]
}

function readEndpoint({ db }: CampaignRulesDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/campaigns/:kind',
    summary: 'One campaign: its rules with every default, audience, holdout and variants',
    tag: 'campaigns',
    params,
    answer: campaign,
    handle: ({ shop, params: { kind } }) => orProblem(() => show(db, shop.id, kindNamed(kind))),
  })
}

function changeEndpoint({ db }: CampaignRulesDeps): Endpoint {
  return endpoint({
    method: 'put',
    path: '/v1/campaigns/:kind',
    summary: 'Changes what is given: settings one by one (null: the default again), all else as a whole',
    tag: 'campaigns',
    params,
    body: z.strictObject({
      version: z
        .int()
        .optional()
        .meta({ description: 'The version the change was made for; with another one in force: 409.' }),
      settings: z.record(z.string(), z.unknown()).optional(),
      // Read by the flow itself, so that its faults carry the part's name.
      audience: z.unknown().optional(),
      holdoutBps: z.unknown().optional(),
      variants: z.unknown().optional(),
    }),
    answer: campaign,
    handle: ({ shop, params: { kind: name }, body, now }) =>
      orProblem(async () => {
        const kind = kindNamed(name)
        await db.transaction((tx) => changeCampaign(tx, { shopId: shop.id, kind }, body, actorOf(now)))
        return show(db, shop.id, kind)
      }),
  })
}

function versionsEndpoint({ db, reads }: CampaignRulesDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/campaigns/:kind/versions',
    summary:
      'The latest 100 versions of a campaign’s rules, newest first: what each set apart from the defaults',
    tag: 'campaigns',
    params,
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          version: z.int(),
          settings: z.unknown(),
          audience: z.unknown(),
          holdoutBps: z.int(),
          variants: z.unknown(),
          createdAt: time,
          createdBy: z.string(),
        }),
      ),
    }),
    handle: ({ shop, params: { kind } }) =>
      orProblem(async () => {
        const found = await load(db, shop.id, kindNamed(kind))
        return { items: plain(await findCampaignVersions(reads, found.id)) }
      }),
  })
}

function switchEndpoint({ db }: CampaignRulesDeps, isOn: boolean): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/campaigns/:kind/${isOn ? 'on' : 'off'}`,
    summary: isOn ? 'Switches a campaign on, from this moment' : 'Switches a campaign off',
    tag: 'campaigns',
    params,
    answer: campaign,
    handle: ({ shop, params: { kind: name }, now }) =>
      orProblem(async () => {
        const kind = kindNamed(name)
        await db.transaction((tx) => turnCampaign(tx, { shopId: shop.id, kind }, isOn, actorOf(now)))
        return show(db, shop.id, kind)
      }),
  })
}

async function load(sql: Sql, shopId: number, kind: CampaignKindName): Promise<Campaign> {
  const found = await findCampaign(sql, shopId, kind)
  if (found === undefined) throw new HubError('campaign_missing', `This shop has no campaign "${kind}" yet.`)
  return found
}

async function show(sql: Sql, shopId: number, kind: CampaignKindName): Promise<z.input<typeof campaign>> {
  const found = await load(sql, shopId, kind)
  const read = readCampaignRules(found)
  return {
    id: found.id,
    kind: found.kind,
    isOn: found.isOn,
    onSince: found.onSince?.toISOString() ?? null,
    version: found.settingsVersion,
    ...read,
    missing: kindOf(kind).findMissing?.(read.settings) ?? null,
    proposal: (await kindOf(kind).propose?.(sql, shopId, read.settings)) ?? null,
  }
}
