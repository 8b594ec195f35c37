import type { CloudApi } from '../connectors/meta/cloud-api.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { writeAudit, type Actor } from '../shops/audit-store.ts'
import { keepTemplates, type KeepDeps } from './keep-templates.ts'
import { lockTemplate } from './template-store.ts'
import { titleOf, type Template } from './template.ts'

export interface UnpauseDeps extends KeepDeps {
  db: Database
  clock: Clock
  api: Pick<CloudApi, 'unpauseTemplate'>
}

interface Which {
  shopId: number
  templateId: number
}

/**
 * Asks Meta to let a template go on that pacing has paused; one that is only flagged goes on because a merchant says so. What Meta makes of
 * it is read with the next sync. Throws HubError `template_unknown`, `template_not_paused`, `template_not_unpaused`.
 */
export async function unpauseTemplate(deps: UnpauseDeps, which: Which, by: Actor): Promise<void> {
  const template = await deps.db.transaction((tx) => loadTemplate(tx, which))
  switch (template.status) {
    case 'PAUSED':
      await askMeta(deps, template)
      break
    case 'FLAGGED':
      await deps.db.transaction((tx) => goOnFlagged(tx, deps, which, by.now))
      break
    default:
      throw new HubError('template_not_paused', `The template ${titleOf(template)} is ${template.status}.`, {
        advice: 'Only a template that Meta has paused can be let go on.',
      })
  }
  const entry = {
    shopId: which.shopId,
    action: 'template.unpaused',
    subject: `template:${titleOf(template)}`,
    before: { status: template.status, title: template.statusDetails?.title ?? null },
  }
  await deps.db.transaction((tx) => writeAudit(tx, entry, by))
}

/** Throws HubError `template_unknown`. Locks it. */
export async function loadTemplate(tx: Tx, which: Which): Promise<Template> {
  const template = await lockTemplate(tx, which)
  if (template === undefined) throw new HubError('template_unknown', 'The shop has no such template.')
  return template
}

async function askMeta({ api }: UnpauseDeps, template: Template): Promise<void> {
  const answer = await api.unpauseTemplate(template.metaId ?? '')
  if (answer.kind === 'unpaused') return
  const details = answer.kind === 'refused' ? answer.details : answer.reason
  throw new HubError('template_not_unpaused', `Meta did not let the template go on: ${details}`, {
    advice:
      'A pause for its quality ends by itself, the first after 3 hours, the second after 6. Only a pause by pacing is ended this way.',
  })
}

// Meta still takes it; the next webhook may flag it anew.
async function goOnFlagged(tx: Tx, deps: UnpauseDeps, which: Which, now: Date): Promise<void> {
  const before = await loadTemplate(tx, which)
  if (before.status !== 'FLAGGED') return
  const after: Template = { ...before, status: 'APPROVED', statusAt: now, usableSince: now }
  await keepTemplates(tx, deps, [{ before, after }], now)
}
