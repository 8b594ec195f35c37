import { z } from 'zod'
import { checkInput, type Checked } from '../platform/check-input.ts'
import type { Tx } from '../platform/database.ts'
import type { Fault } from '../platform/errors.ts'
import { writeAudit, type Actor } from '../shops/audit-store.ts'
import { refusal, versionConflict } from '../shops/refusal.ts'
import { differencesFrom, findUnknownFields, isSame, mergePatch } from '../shops/settings-patch.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import { audienceSchema, variantsSchema } from './audience.ts'
import { kindOf, type CampaignKindName } from './campaign-kinds.ts'
import { readCampaignRules, type CampaignRulesRead } from './campaign-rules.ts'
import { findForgotten } from './campaign-memory.ts'
import { insertCampaignVersion, lockCampaign, switchCampaign } from './campaign-store.ts'

/** What is left out stays. */
export interface CampaignChange {
  /** By setting; null goes back to its default. */
  settings?: unknown
  /** As a whole. */
  audience?: unknown
  holdoutBps?: unknown
  /** As a whole. */
  variants?: unknown
  /** The version it was made for; another one in force refuses it. */
  version?: number | undefined
}

export interface WhichCampaign {
  shopId: number
  kind: CampaignKindName
}

const holdoutSchema = z.number().int().min(0).max(5_000)

/**
 * Makes a new version of a campaign's rules, with its entry in the audit trail. Throws HubError `settings_refused` (every fault with its
 * field) or `version_conflict`. What changes nothing makes no version. Returns the version in force.
 */
export async function changeCampaign(
  tx: Tx,
  { shopId, kind }: WhichCampaign,
  change: CampaignChange,
  by: Actor,
): Promise<number> {
  const campaign = await lockCampaign(tx, shopId, kind)
  if (change.version !== undefined && change.version !== campaign.settingsVersion)
    throw versionConflict(change.version, campaign.settingsVersion)
  const before = readCampaignRules(campaign)
  const after = readChange(kind, before, change)
  const faults = findRuleFaults(kind, after.settings, {
    isOn: campaign.isOn,
    shop: await loadShopSettings(tx, shopId),
  })
  if (faults.length > 0) throw refusal(faults)
  if (isSame(before, after)) return campaign.settingsVersion
  const defaults = kindOf(kind).settingsSchema.parse({})
  const settings = differencesFrom(defaults, after.settings, 1) ?? {}
  const version = await insertCampaignVersion(tx, campaign.id, { ...after, settings }, by)
  const entry = {
    shopId,
    action: 'campaign.settings',
    subject: `campaign:${kind}`,
    before: { version: campaign.settingsVersion, ...changedParts(after, before) },
    after: { version, ...changedParts(before, after) },
  }
  await writeAudit(tx, entry, by)
  return version
}

const changedParts = (from: CampaignRulesRead, to: CampaignRulesRead): Partial<CampaignRulesRead> =>
  differencesFrom(from, to, 2) ?? {}

function readChange(
  kind: CampaignKindName,
  before: CampaignRulesRead,
  change: CampaignChange,
): CampaignRulesRead {
  const settings =
    change.settings === undefined ? before.settings : mergePatch(before.settings, change.settings)
  const read = {
    settings: checkInput(settings, kindOf(kind).settingsSchema),
    audience: checkInput(givenOr(change.audience, before.audience), audienceSchema),
    holdoutBps: checkInput(givenOr(change.holdoutBps, before.holdoutBps), holdoutSchema),
    variants: checkInput(givenOr(change.variants, before.variants), variantsSchema),
  }
  const faults = Object.entries(read).flatMap(([part, checked]) => faultsIn(part, checked))
  const values = Object.entries(read).map(([part, one]) => [
    part,
    one.kind === 'good' ? one.value : undefined,
  ])
  const rules = Object.fromEntries(values) as CampaignRulesRead
  const unknown = faults.length > 0 ? [] : findUnknownFields(settings, rules.settings, ['settings'])
  if (faults.length + unknown.length > 0) throw refusal([...faults, ...unknown])
  return rules
}

const givenOr = (given: unknown, before: unknown): unknown => (given === undefined ? before : given)

function faultsIn(part: string, checked: Checked<unknown>): Fault[] {
  if (checked.kind === 'good') return []
  return checked.faults.map(({ where, message }) => ({
    where: where === 'body' ? part : `${part}.${where}`,
    message,
  }))
}

function findRuleFaults(
  kind: CampaignKindName,
  settings: unknown,
  { isOn, shop }: { isOn: boolean; shop: ShopSettings },
): Fault[] {
  const missing = isOn ? kindOf(kind).findMissing?.(settings) : undefined
  return [
    ...findForgotten(settings, shop),
    ...(missing === undefined ? [] : [{ where: `settings.${missing.field}`, message: missing.message }]),
  ]
}

/**
 * Switches a campaign on or off, with its entry in the audit trail; nothing from before that moment is announced. Throws HubError
 * `settings_refused` while something it cannot do without is not set.
 */
export async function turnCampaign(
  tx: Tx,
  { shopId, kind }: WhichCampaign,
  isOn: boolean,
  by: Actor,
): Promise<void> {
  const campaign = await lockCampaign(tx, shopId, kind)
  if (campaign.isOn === isOn) return
  const shop = await loadShopSettings(tx, shopId)
  const faults = isOn ? findRuleFaults(kind, readCampaignRules(campaign).settings, { isOn, shop }) : []
  if (faults.length > 0) throw refusal(faults)
  await switchCampaign(tx, shopId, kind, { isOn, now: by.now })
  await writeAudit(
    tx,
    {
      shopId,
      action: 'campaign.switched',
      subject: `campaign:${kind}`,
      before: { isOn: campaign.isOn, onSince: campaign.onSince },
      after: { isOn, onSince: isOn ? by.now : null },
    },
    by,
  )
}
