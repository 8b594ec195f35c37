import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import { toNewTemplate } from './template-components.ts'
import type { TemplateDefinition, TemplateDefinitions } from './template-definition.ts'
import { readHeaderImage } from './template-definitions.ts'
import { findOutdated, type OutdatedTemplate } from './find-outdated.ts'
import { syncTemplates, type TemplateAccount, type TemplateSyncDeps } from './sync-templates.ts'

interface NamedTemplate {
  name: string
  language: string
}

export interface CreateResult {
  /** New at Meta. */
  created: NamedTemplate[]
  failed: (NamedTemplate & { code: number | null; details: string })[]
  /** At Meta already, and not as this version would make them. */
  outdated: OutdatedTemplate[]
}

type Wanted = NamedTemplate & { definition: TemplateDefinition }

/** The account, where our links lead, and the language that matters most to the shop. */
export type NewTemplatesAccount = TemplateAccount & { hubUrl: string; language: string }

/**
 * Makes the templates of this product that the account does not have yet, in all their languages, then syncs. Doing it again makes
 * nothing twice: what exists is looked up first, and Meta refuses a second template of the same name and language.
 */
export async function createMissingTemplates(
  deps: TemplateSyncDeps,
  account: NewTemplatesAccount,
  definitions: TemplateDefinitions,
): Promise<CreateResult | Refusal | Unknown> {
  const listed = await deps.api.listTemplates(account.wabaMetaId)
  if (listed.kind !== 'listed') return listed
  const taken = new Set(listed.templates.map(({ name, language }) => `${name} ${language}`))
  const wanted = listWanted(definitions, account.language).filter(
    ({ name, language }) => !taken.has(`${name} ${language}`),
  )
  const result: CreateResult = {
    created: [],
    failed: [],
    outdated: findOutdated(definitions, listed.templates, account.hubUrl),
  }
  await createAll(deps, account, wanted, result)
  const synced = await syncTemplates(deps, account)
  return synced.kind === 'synced' ? result : synced
}

// Meta lets an account make a limited number in an hour: what the shop needs first is made first.
function listWanted(definitions: TemplateDefinitions, first: string): Wanted[] {
  const rank = (language: string): number => (language === first ? 0 : language === 'en' ? 1 : 2)
  return [...definitions.values()]
    .flatMap((definition) =>
      Object.keys(definition.languages).map((language) => ({ name: definition.name, language, definition })),
    )
    .toSorted((one, other) => rank(one.language) - rank(other.language))
}

// Too many calls (4, 80007) or too many new templates (80008) in an hour: none of those that follow would be taken either.
const throttled = new Set<number | null>([4, 80007, 80008])

async function createAll(
  deps: TemplateSyncDeps,
  account: NewTemplatesAccount,
  wanted: readonly Wanted[],
  result: CreateResult,
): Promise<void> {
  const headers = new Map<string | undefined, HeaderExample | Refusal | Unknown>()
  let stop: Refusal | Unknown | undefined
  for (const { name, language, definition } of wanted) {
    const answer = stop ?? (await createOne(deps, account, { language, definition, headers }))
    if (answer.kind === 'created') result.created.push({ name, language })
    else {
      const code = answer.kind === 'refused' ? answer.code : null
      if (throttled.has(code)) stop = answer
      const details = answer.kind === 'refused' ? answer.details : answer.reason
      result.failed.push({ name, language, code, details })
    }
  }
}

interface HeaderExample {
  kind: 'ready'
  handle: string | undefined
}

async function createOne(
  deps: TemplateSyncDeps,
  account: NewTemplatesAccount,
  wanted: {
    language: string
    definition: TemplateDefinition
    /** Uploaded so far, by file: one upload serves all templates with the same picture. */
    headers: Map<string | undefined, HeaderExample | Refusal | Unknown>
  },
): Promise<{ kind: 'created' } | Refusal | Unknown> {
  const { definition, headers, language } = wanted
  const header = headers.get(definition.headerImage) ?? (await uploadHeader(deps, definition))
  headers.set(definition.headerImage, header)
  if (header.kind !== 'ready') return header
  const template = toNewTemplate(definition, language, {
    hubUrl: account.hubUrl,
    headerHandle: header.handle,
  })
  return deps.api.createTemplate(account.wabaMetaId, template)
}

async function uploadHeader(
  { api }: TemplateSyncDeps,
  definition: TemplateDefinition,
): Promise<HeaderExample | Refusal | Unknown> {
  const bytes = readHeaderImage(definition)
  if (bytes === undefined) return { kind: 'ready', handle: undefined }
  const uploaded = await api.uploadExample({ name: definition.headerImage ?? '', type: 'image/png', bytes })
  return uploaded.kind === 'uploaded' ? { kind: 'ready', handle: uploaded.handle } : uploaded
}
