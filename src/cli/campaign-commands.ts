import { kindOf, type CampaignKindName } from '../campaigns/campaign-kinds.ts'
import { kindNamed, readCampaignRules, type CampaignRulesRead } from '../campaigns/campaign-rules.ts'
import { findCampaign, listCampaigns, type Campaign } from '../campaigns/campaign-store.ts'
import { changeCampaign, turnCampaign, type CampaignChange } from '../campaigns/change-campaign.ts'
import type { Sql } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { mergePatch } from '../shops/settings-patch.ts'
import { readAssignments, toPatch, type Assignment } from './assignments.ts'
import { actorOf, badUsage, type CommandDeps } from './command.ts'
import { settingLines, show } from './show-settings.ts'

/** `hub campaigns` */
export async function campaignsCommand({ db, shop, print }: CommandDeps): Promise<void> {
  for (const campaign of await listCampaigns(db, shop.id)) {
    const { settings, audience, holdoutBps } = readCampaignRules(campaign)
    const missing = kindOf(kindNamed(campaign.kind)).findMissing?.(settings)
    const notes = [
      campaign.isOn ? `on since ${campaign.onSince?.toISOString() ?? '?'}` : 'off',
      ...(missing === undefined ? [] : [`needs ${missing.field}`]),
      ...(isEverybody(audience) ? [] : ['an audience of its own']),
      ...(holdoutBps === 0 ? [] : [`${holdoutBps / 100} % held out`]),
    ]
    print(`${campaign.kind.padEnd(16)}  ${notes.join(', ')}`)
  }
}

/** `hub campaign show|set|on|off KIND …` */
export async function campaignCommand(deps: CommandDeps, words: readonly string[]): Promise<void> {
  const [what, name, ...rest] = words
  if (name === undefined || what === undefined) throw badUsage(usage)
  const kind = kindNamed(name)
  if (what !== 'set' && rest.length > 0) throw badUsage(usage)
  if (what === 'show') return showCampaign(deps, kind)
  if (what === 'on' || what === 'off') return turn(deps, kind, what === 'on')
  if (what !== 'set' || rest.length === 0) throw badUsage(usage)
  await setCampaign(deps, kind, rest)
}

const usage =
  'Say "hub campaign show KIND", "hub campaign on KIND", "hub campaign off KIND" or "hub campaign set KIND key=value …".'

async function load(sql: Sql, shopId: number, kind: CampaignKindName): Promise<Campaign> {
  const campaign = await findCampaign(sql, shopId, kind)
  if (campaign === undefined)
    throw new HubError('campaign_missing', `This shop has no campaign "${kind}" yet.`)
  return campaign
}

async function showCampaign({ db, shop, print }: CommandDeps, kind: CampaignKindName): Promise<void> {
  const campaign = await load(db, shop.id, kind)
  const rules = readCampaignRules(campaign)
  const missing = kindOf(kind).findMissing?.(rules.settings)
  const defaults = kindOf(kind).settingsSchema.parse({}) as Record<string, unknown>
  print(`${kind}: ${campaign.isOn ? `on since ${campaign.onSince?.toISOString() ?? '?'}` : 'off'}`)
  for (const line of settingLines(rules.settings, defaults)) print(`  ${line}`)
  print(`  audience    ${isEverybody(rules.audience) ? 'everybody' : show(rules.audience)}`)
  print(`  holdoutBps  ${rules.holdoutBps}`)
  print(`  variants    ${rules.variants.length === 0 ? 'one wording' : show(rules.variants)}`)
  print(`version ${campaign.settingsVersion}`)
  const proposal = await kindOf(kind).propose?.(db, shop.id, rules.settings)
  if (missing !== undefined) print(`Before it can be switched on, ${missing.field}: ${missing.message}`)
  if (proposal !== undefined) print(`A proposal: ${proposal.field}=${proposal.value}. ${proposal.message}`)
}

function isEverybody({
  include,
  exclude,
  minSpentMinor,
  maxSpentMinor,
}: CampaignRulesRead['audience']): boolean {
  const lists = [...Object.values(include), ...Object.values(exclude)]
  return minSpentMinor === null && maxSpentMinor === null && lists.every((list) => (list?.length ?? 0) === 0)
}

async function turn(deps: CommandDeps, kind: CampaignKindName, isOn: boolean): Promise<void> {
  const { db, shop, print } = deps
  await db.transaction((tx) => turnCampaign(tx, { shopId: shop.id, kind }, isOn, actorOf(deps)))
  print(`${kind} is ${isOn ? 'on. What happened before this moment is not announced.' : 'off.'}`)
}

async function setCampaign(
  deps: CommandDeps,
  kind: CampaignKindName,
  words: readonly string[],
): Promise<void> {
  const { db, shop, print } = deps
  const assignments = readAssignments(words)
  const version = await db.transaction(async (tx) => {
    const campaign = await load(tx, shop.id, kind)
    const change = toChange(assignments, readCampaignRules(campaign))
    const which = { shopId: shop.id, kind }
    return changeCampaign(tx, which, { ...change, version: campaign.settingsVersion }, actorOf(deps))
  })
  print(`Version ${version} of ${kind} is in force.`)
}

const parts = new Set(['settings', 'audience', 'holdoutBps', 'variants'])

/** A word without the name of a part is a setting of the kind. */
export function toChange(assignments: readonly Assignment[], current: CampaignRulesRead): CampaignChange {
  const named = assignments.map(({ path, value }) => ({
    path: parts.has(path[0] ?? '') ? path : ['settings', ...path],
    value,
  }))
  const { settings, audience, holdoutBps, variants } = toPatch(named, withEveryList(current))
  return {
    ...(settings === undefined ? {} : { settings }),
    ...(audience === undefined ? {} : { audience: mergePatch(current.audience, audience ?? {}) }),
    ...(holdoutBps === undefined ? {} : { holdoutBps: holdoutBps ?? 0 }),
    ...(variants === undefined ? {} : { variants: toVariants(variants) }),
  }
}

// Where a list may be, a,b,c is one.
function withEveryList(current: CampaignRulesRead): unknown {
  const lists = { tags: [], countries: [], languages: [], categoryIds: [], consentSources: [] }
  return { ...current, audience: { include: lists, exclude: lists } }
}

// a:70,b:30 is shorter than JSON.
function toVariants(given: unknown): unknown {
  if (given === null) return []
  if (!Array.isArray(given)) return given
  return given.map((one: unknown) => {
    const [name, weight] = typeof one === 'string' ? one.split(':') : []
    return name === undefined || weight === undefined ? one : { name, weight: Number(weight) }
  })
}
