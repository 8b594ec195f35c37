import { findCampaignConflicts } from '../campaigns/campaign-memory.ts'
import { releaseBudget } from '../outbox/release-budget.ts'
import { listAudit } from '../shops/audit-store.ts'
import { changeShopSettings } from '../shops/change-settings.ts'
import { defaultShopSettings } from '../shops/shop-settings.ts'
import { loadVersionedSettings } from '../shops/shop-store.ts'
import { readAssignments, toPatch } from './assignments.ts'
import { actorOf, badUsage, type CommandDeps } from './command.ts'
import { settingsLines, show } from './show-settings.ts'

/** `hub settings [show | set key=value …]` */
export async function settingsCommand(deps: CommandDeps, words: readonly string[]): Promise<void> {
  const [what = 'show', ...assignments] = words
  if (what === 'show') return showSettings(deps)
  if (what !== 'set' || assignments.length === 0)
    throw badUsage('Say "hub settings" or "hub settings set caps.campaignEveryDays=10 …".')
  await setSettings(deps, assignments)
}

async function showSettings({ db, shop, print }: CommandDeps): Promise<void> {
  const { version, settings } = await loadVersionedSettings(db, shop.id)
  for (const line of settingsLines(settings, defaultShopSettings)) print(line)
  print(`version ${version} of the shop ${shop.key} (${shop.name}, ${shop.timeZone})`)
}

async function setSettings(deps: CommandDeps, words: readonly string[]): Promise<void> {
  const { db, shop, print } = deps
  const assignments = readAssignments(words)
  const { version } = await db.transaction(async (tx) => {
    const current = await loadVersionedSettings(tx, shop.id)
    const change = { shopId: shop.id, patch: toPatch(assignments, current.settings) }
    const by = actorOf(deps)
    const changed = await changeShopSettings(tx, { findConflicts: findCampaignConflicts }, change, by)
    await releaseBudget(tx, shop.id, by.now)
    return changed
  })
  print(`Version ${version} is in force.`)
}

const latest = 50

/** `hub audit` */
export async function auditCommand({ db, shop, print }: CommandDeps): Promise<void> {
  const entries = await listAudit(db, shop.id, latest)
  if (entries.length === 0) print('Nothing was changed yet.')
  for (const { at, actor, action, subject, before, after } of entries)
    print(`${at.toISOString()}  ${actor}  ${action}  ${subject}: ${show(before)} -> ${show(after)}`)
}
