import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import type { CreateResult } from '../outbox/create-templates.ts'
import { findOutdated, type OutdatedTemplate } from '../outbox/find-outdated.ts'
import { messageReasons } from '../outbox/message-reasons.ts'
import { loadTemplateDefinitions } from '../outbox/template-definitions.ts'
import type { SyncResult } from '../outbox/sync-templates.ts'
import type { TemplateDefinitions } from '../outbox/template-definition.ts'
import { listTemplatesOfShop } from '../outbox/template-store.ts'
import type { Template } from '../outbox/template.ts'
import type { Database } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import type { Shop } from '../shops/shop.ts'
import { badUsage } from './command.ts'

interface TemplateDeps {
  db: Database
  shop: Shop
  /** Where our links lead. */
  publicUrl: string
  print: (line: string) => void
  create: (definitions: TemplateDefinitions) => Promise<CreateResult | Refusal | Unknown>
  sync: () => Promise<SyncResult>
}

/** `hub templates [create|sync]`: without a word, what the account has, as of the last sync. */
export async function templatesCommand(deps: TemplateDeps, what: string | undefined): Promise<void> {
  switch (what) {
    case undefined:
      return showTemplates(deps)
    case 'create':
      return createTemplates(deps)
    case 'sync':
      return readTemplates(deps)
    default:
      throw badUsage('Say "hub templates", "hub templates create" or "hub templates sync".')
  }
}

async function showTemplates({ db, shop, publicUrl, print }: TemplateDeps): Promise<void> {
  const templates = await listTemplatesOfShop(db, shop.id)
  if (templates.length === 0) print('No templates are known: npm run hub -- templates create')
  for (const template of templates) print(lineOf(template))
  printOutdated(findOutdated(loadTemplateDefinitions(), templates, publicUrl), { publicUrl, print })
}

function lineOf({ name, language, status, category, quality, reason }: Template): string {
  const isRated = quality !== null && quality !== 'UNKNOWN'
  const more = [category, isRated ? `quality ${quality}` : '', reason ?? ''].filter((part) => part !== '')
  return `${name.padEnd(24)} ${language.padEnd(6)} ${status.padEnd(9)} ${more.join(', ')}`
}

/** Also the end of `hub connect`. */
export async function createTemplates(deps: TemplateDeps): Promise<void> {
  const { print } = deps
  const result = await deps.create(loadTemplateDefinitions())
  if (!('created' in result))
    throw new HubError('refused', `WhatsApp did not take the templates: ${JSON.stringify(result)}`)
  print(
    result.created.length === 0 && result.failed.length === 0
      ? 'All templates were there.'
      : `Templates made: ${result.created.length}. Meta reviews them, mostly within minutes.`,
  )
  for (const failed of result.failed)
    print(`  not made: ${failed.name} ${failed.language}: ${failed.details}`)
  if (result.failed.length > 0) print('The same command makes those that are missing.')
  printOutdated(result.outdated, deps)
}

async function readTemplates(deps: TemplateDeps): Promise<void> {
  const result = await deps.sync()
  deps.print(
    result.kind === 'synced'
      ? `${result.templates} templates read.`
      : `WhatsApp did not list them: ${JSON.stringify(result)}`,
  )
}

function printOutdated(
  outdated: readonly OutdatedTemplate[],
  { publicUrl, print }: Pick<TemplateDeps, 'publicUrl' | 'print'>,
): void {
  if (outdated.length === 0) return
  print(`\ntemplate_outdated: ${messageReasons.template_outdated}`)
  for (const { name, language, differs } of outdated)
    print(`  ${name} ${language}: another ${differs === 'link' ? 'link' : 'wording'}`)
  print('To replace one, edit it in WhatsApp Manager, where an approved template can be changed once a day:')
  print(`its link becomes ${publicUrl}/r/{{1}}, its wording that of templates/<name>.json.`)
}
