import { checkInput } from '../platform/check-input.ts'
import type { Tx } from '../platform/database.ts'
import type { Fault } from '../platform/errors.ts'
import { writeAudit, type Actor } from './audit-store.ts'
import { refusal, versionConflict } from './refusal.ts'
import { findSettingFaults } from './settings-cross-checks.ts'
import { differencesFrom, findUnknownFields, isSame, mergePatch } from './settings-patch.ts'
import { defaultShopSettings, shopSettingsSchema, type ShopSettings } from './shop-settings.ts'
import {
  insertShopSettings,
  loadVersionedSettings,
  lockShop,
  overrideShop,
  type VersionedSettings,
} from './shop-store.ts'

export interface ChangeSettingsDeps {
  /** What the new settings would make impossible elsewhere. */
  findConflicts: (tx: Tx, shopId: number, settings: ShopSettings) => Promise<Fault[]>
}

export interface SettingsChange {
  shopId: number
  /** Only what changes, as {section: {setting: value}}; null goes back to the default. */
  patch: unknown
  /** The version it was made for; another one in force refuses it. */
  version?: number | undefined
}

/** Sections hold settings, and a setting is one value. */
const depth = 2

/**
 * Makes a new version of the shop's settings, with its entry in the audit trail. Throws HubError `settings_refused` (every fault with its
 * field) or `version_conflict`. What changes nothing makes no version.
 */
export async function changeShopSettings(
  tx: Tx,
  deps: ChangeSettingsDeps,
  change: SettingsChange,
  by: Actor,
): Promise<VersionedSettings> {
  await lockShop(tx, change.shopId)
  const current = await loadVersionedSettings(tx, change.shopId)
  if (change.version !== undefined && change.version !== current.version)
    throw versionConflict(change.version, current.version)
  const settings = readSettings(mergePatch(current.settings, change.patch))
  const conflicts = await deps.findConflicts(tx, change.shopId, settings)
  if (conflicts.length > 0) throw refusal(conflicts)
  if (isSame(settings, current.settings)) return current
  const stored = differencesFrom(defaultShopSettings, settings, depth) ?? {}
  const version = await insertShopSettings(tx, change.shopId, stored, by)
  await overrideShop(tx, change.shopId, settings.shop, by.now)
  await writeAudit(
    tx,
    {
      shopId: change.shopId,
      action: 'shop.settings',
      subject: 'shop',
      before: { version: current.version, ...toFields(differencesFrom(settings, current.settings, depth)) },
      after: { version, ...toFields(differencesFrom(current.settings, settings, depth)) },
    },
    by,
  )
  return { version, settings }
}

const toFields = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>

function readSettings(wanted: unknown): ShopSettings {
  const read = checkInput(wanted, shopSettingsSchema)
  if (read.kind === 'bad') throw refusal(read.faults)
  const faults = [...findUnknownFields(wanted, read.value), ...findSettingFaults(read.value)]
  if (faults.length > 0) throw refusal(faults)
  return read.value
}
