import type { CloudApi } from '../connectors/meta/cloud-api.ts'
import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import type { MetaTemplate } from '../connectors/meta/template-api.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { toNewTemplate } from './template-components.ts'
import type { TemplateDefinition, TemplateDefinitions } from './template-definition.ts'
import { readHeaderImage } from './template-definitions.ts'
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

export interface CreateResult {
  /** Name and language of each template that is new at Meta. */
  created: { name: string; language: string }[]
  failed: { name: string; language: string; code: number | null; details: string }[]
}

/**
 * Makes the templates of this product that the account does not have yet, in all their languages, then syncs. Doing it again makes
 * nothing twice: what exists is looked up first, and Meta refuses a second template of the same name and language.
 */
export async function createMissingTemplates(
  deps: TemplateSyncDeps,
  account: TemplateAccount & { hubUrl: string },
  definitions: TemplateDefinitions,
): Promise<CreateResult | Refusal | Unknown> {
  const listed = await deps.api.listTemplates(account.wabaMetaId)
  if (listed.kind !== 'listed') return listed
  const result: CreateResult = { created: [], failed: [] }
  for (const definition of definitions.values()) {
    const missing = findMissingLanguages(definition, listed.templates)
    if (missing.length > 0) await createLanguages(deps, account, { definition, missing }, result)
  }
  const synced = await syncTemplates(deps, account)
  return synced.kind === 'synced' ? result : synced
}

function findMissingLanguages(definition: TemplateDefinition, existing: readonly MetaTemplate[]): string[] {
  const taken = existing.flatMap(({ name, language }) => (name === definition.name ? [language] : []))
  return Object.keys(definition.languages).filter((code) => !taken.includes(code))
}

async function createLanguages(
  deps: TemplateSyncDeps,
  account: TemplateAccount & { hubUrl: string },
  wanted: { definition: TemplateDefinition; missing: readonly string[] },
  result: CreateResult,
): Promise<void> {
  const { definition, missing } = wanted
  const { name } = definition
  const fail = (language: string, answer: Refusal | Unknown): void => {
    const code = answer.kind === 'refused' ? answer.code : null
    result.failed.push({
      name,
      language,
      code,
      details: answer.kind === 'refused' ? answer.details : answer.reason,
    })
  }
  const header = await uploadHeader(deps, definition)
  if (header.kind !== 'ready') {
    for (const language of missing) fail(language, header)
    return
  }
  for (const language of missing) {
    const template = toNewTemplate(definition, language, {
      hubUrl: account.hubUrl,
      headerHandle: header.handle,
    })
    const answer = await deps.api.createTemplate(account.wabaMetaId, template)
    if (answer.kind === 'created') result.created.push({ name, language })
    else fail(language, answer)
  }
}

async function uploadHeader(
  { api }: TemplateSyncDeps,
  definition: TemplateDefinition,
): Promise<{ kind: 'ready'; handle: string | undefined } | Refusal | Unknown> {
  const bytes = readHeaderImage(definition)
  if (bytes === undefined) return { kind: 'ready', handle: undefined }
  const uploaded = await api.uploadExample({ name: definition.headerImage ?? '', type: 'image/png', bytes })
  return uploaded.kind === 'uploaded' ? { kind: 'ready', handle: uploaded.handle } : uploaded
}
