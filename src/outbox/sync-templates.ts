import type { CloudApi } from '../connectors/meta/cloud-api.ts'
import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { saveListedTemplates } from './template-store.ts'

export interface TemplateSyncDeps {
  db: Database
  clock: Clock
  api: Pick<CloudApi, 'listTemplates' | 'createTemplate' | 'uploadExample'>
}

/** A shop's WhatsApp Business Account: our id of it and Meta's. */
export interface TemplateAccount {
  shopId: number
  wabaId: number
  wabaMetaId: string
}

export type SyncResult = { kind: 'synced'; templates: number } | Refusal | Unknown

/** Writes down every template of the account as Meta has it now: state, category, quality. */
export async function syncTemplates(deps: TemplateSyncDeps, account: TemplateAccount): Promise<SyncResult> {
  const listed = await deps.api.listTemplates(account.wabaMetaId)
  if (listed.kind !== 'listed') return listed
  await deps.db.transaction((tx) => saveListedTemplates(tx, account, listed.templates, deps.clock.now()))
  return { kind: 'synced', templates: listed.templates.length }
}
