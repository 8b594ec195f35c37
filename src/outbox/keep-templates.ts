import type { Tx } from '../platform/database.ts'
import { canCarryMarketing } from './decide-template.ts'
import { sendLane } from './enqueue-message.ts'
import { tellOfTemplate } from './template-notices.ts'
import { bringForward, saveTemplates } from './template-store.ts'
import type { Template } from './template.ts'

export interface KeepDeps {
  wake?: (lane: string) => void
}

export interface TemplateChange {
  /** As it was, locked; undefined: not known until now. */
  before: Template | undefined
  after: Template
}

/** Writes what templates have become, tells the merchant, and lets go what waited for them. */
export async function keepTemplates(
  tx: Tx,
  deps: KeepDeps,
  changes: readonly TemplateChange[],
  now: Date,
): Promise<void> {
  await saveTemplates(
    tx,
    changes.map(({ after }) => after),
  )
  for (const { before, after } of changes) await tellOfTemplate(tx, before, after, now)
  const eased = changes.filter(({ before, after }) => isEased(before, after))
  for (const wabaId of new Set(eased.map(({ after }) => after.wabaId))) {
    if ((await bringForward(tx, wabaId, now)) > 0) tx.afterCommit(() => deps.wake?.(sendLane))
  }
}

function isEased(before: Template | undefined, after: Template): boolean {
  if (!canCarryMarketing(after)) return false
  if (before === undefined || !canCarryMarketing(before)) return true
  const isLetGo = before.rampHeldAt !== null && after.rampHeldAt === null
  return isLetGo || (before.quality !== 'GREEN' && after.quality === 'GREEN')
}
