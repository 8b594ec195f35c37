import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import { acceptCategory } from '../outbox/accept-category.ts'
import type { CreateOptions, CreateResult } from '../outbox/create-templates.ts'
import { findProblem } from '../outbox/decide-template.ts'
import { decideRampUp, type RampUpSettings } from '../outbox/decide-ramp-up.ts'
import { findOutdated, type OutdatedTemplate } from '../outbox/find-outdated.ts'
import { messageReasons, type MessageReason } from '../outbox/message-reasons.ts'
import type { SyncResult } from '../outbox/sync-templates.ts'
import type { TemplateDefinitions } from '../outbox/template-definition.ts'
import { listTemplatesOfShop } from '../outbox/template-store.ts'
import { titleOf, type Template } from '../outbox/template.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'
import { badUsage } from './command.ts'

export interface TemplateCommandDeps {
  db: Database
  clock: Clock
  shop: Shop
  /** Where our links lead. */
  publicUrl: string
  definitions: TemplateDefinitions
  print: (line: string) => void
  create: (options: CreateOptions) => Promise<CreateResult | Refusal | Unknown>
  sync: () => Promise<SyncResult>
  unpause: (templateId: number) => Promise<void>
}

const wordsAllowed =
  'Say "hub templates", "hub templates create", "hub templates sync", "hub templates unpause NAME [LANGUAGE]" or ' +
  '"hub templates accept NAME [LANGUAGE]".'

/** `hub templates …`: without a word, what the account has, as of the last sync. */
export async function templatesCommand(deps: TemplateCommandDeps, words: readonly string[]): Promise<void> {
  const [what, ...rest] = words
  if ((what === 'create' || what === 'sync') && rest.length > 0) throw badUsage(wordsAllowed)
  switch (what) {
    case undefined:
      return showTemplates(deps)
    case 'create':
      return createTemplates(deps)
    case 'sync':
      return readTemplates(deps)
    case 'unpause':
      return eachOf(deps, rest, isStopped, async (template) => {
        await deps.unpause(template.id)
        deps.print(`${titleOf(template)} goes on.`)
      })
    case 'accept':
      return eachOf(deps, rest, isMoved, (template) => accept(deps, template))
    default:
      throw badUsage(wordsAllowed)
  }
}

async function showTemplates(deps: TemplateCommandDeps): Promise<void> {
  const { db, clock, shop, publicUrl, print } = deps
  const templates = await listTemplatesOfShop(db, shop.id)
  if (templates.length === 0) print('No templates are known: npm run hub -- templates create')
  const { sending } = await loadShopSettings(db, shop.id)
  const problemOf = (template: Template): MessageReason | undefined => findProblem(template, deps.definitions)
  for (const template of templates) {
    const note = problemOf(template) ?? rampOf(template, sending.templateRampUp, clock.now())
    print(lineOf(template, note))
  }
  const reasons = new Set(templates.flatMap((template) => problemOf(template) ?? []))
  if (reasons.size > 0) print('')
  for (const reason of reasons) print(`${reason}: ${messageReasons[reason]}`)
  printOutdated(findOutdated(deps.definitions, templates, publicUrl), { publicUrl, print })
}

function lineOf(template: Template, note: string): string {
  const { name, language, status, category, quality, reason, statusDetails } = template
  const isRated = quality !== null && quality !== 'UNKNOWN'
  const more = [
    category,
    isRated ? `quality ${quality}` : '',
    statusDetails?.title ?? '',
    reason ?? '',
    note,
  ].filter((part) => part !== '')
  return `${name.padEnd(24)} ${language.padEnd(6)} ${status.padEnd(9)} ${more.join(', ')}`
}

function rampOf(template: Template, settings: RampUpSettings, now: Date): string {
  const ramp = decideRampUp(template, settings, now)
  switch (ramp.kind) {
    case 'open':
      return ''
    case 'closed':
      return ramp.reason
    case 'steps':
      return template.rampStartedAt === null
        ? ''
        : `ramp-up: ${ramp.sent} sent in this hour, ${ramp.left} more may go`
  }
}

/** Also the end of `hub connect`. */
export async function createTemplates(deps: TemplateCommandDeps): Promise<void> {
  const { print } = deps
  const result = await deps.create({
    onProgress: (done, total) => {
      if (done % 10 === 0 && done < total) print(`  ${done} of ${total} …`)
    },
  })
  if (!('created' in result)) throw notAnswered('take', result)
  print(
    result.created.length + result.failed.length + result.left.length === 0
      ? 'All templates were there.'
      : `Templates made: ${result.created.length}. Meta reviews them, mostly within minutes.`,
  )
  for (const failed of result.failed)
    print(`  not made: ${failed.name} ${failed.language}: ${failed.details}`)
  if (result.failed.length > 0)
    print('The same command makes those that are missing, once what Meta says is mended.')
  if (result.stopped !== null) print(`  stopped at ${titleOf(result.stopped)}: ${result.stopped.details}`)
  if (result.left.length > 0)
    print(
      `${result.left.length} are left: the hub goes on by itself, once an hour, and so does the same command.`,
    )
  printOutdated(result.outdated, deps)
}

async function readTemplates(deps: TemplateCommandDeps): Promise<void> {
  const result = await deps.sync()
  if (result.kind !== 'synced') throw notAnswered('list', result)
  deps.print(`${result.templates} templates read.`)
}

function notAnswered(verb: 'take' | 'list', result: Refusal | Unknown): HubError {
  const why =
    result.kind === 'refused' ? `${result.details} (code ${result.code ?? 'unknown'})` : result.reason
  return new HubError('refused', `WhatsApp did not ${verb} the templates: ${why}`)
}

const isStopped = ({ status }: Template): boolean => status === 'PAUSED' || status === 'FLAGGED'
const isMoved = ({ category, acceptedCategory }: Template): boolean =>
  acceptedCategory !== null && acceptedCategory !== category

/** All templates of a name that it concerns, or the one in a language. */
async function eachOf(
  { db, shop, print }: TemplateCommandDeps,
  [name, language, ...more]: readonly string[],
  concerns: (template: Template) => boolean,
  work: (template: Template) => Promise<void>,
): Promise<void> {
  if (name === undefined || more.length > 0) throw badUsage(wordsAllowed)
  const named = (await listTemplatesOfShop(db, shop.id)).filter(
    (one) => one.name === name && one.language === (language ?? one.language),
  )
  if (named.length === 0)
    throw new HubError('template_unknown', `The shop has no template ${name} ${language ?? ''}`.trimEnd())
  const concerned = named.filter(concerns)
  if (concerned.length === 0)
    print(
      `Nothing to do: ${named.map((one) => `${titleOf(one)} is ${one.status}, ${one.category}`).join('; ')}`,
    )
  for (const template of concerned) await work(template)
}

async function accept(
  { db, clock, shop, definitions, print }: TemplateCommandDeps,
  template: Template,
): Promise<void> {
  const by = { name: 'cli', now: clock.now() }
  const which = { shopId: shop.id, templateId: template.id }
  // A running hub's sweep finds what waited for it.
  const accepted = await db.transaction((tx) => acceptCategory(tx, { definitions }, which, by))
  print(`${titleOf(template)} goes on as ${accepted.category}.`)
}

function printOutdated(
  outdated: readonly OutdatedTemplate[],
  { publicUrl, print }: Pick<TemplateCommandDeps, 'publicUrl' | 'print'>,
): void {
  if (outdated.length === 0) return
  print(`\ntemplate_outdated: ${messageReasons.template_outdated}`)
  for (const { name, language, differs } of outdated)
    print(`  ${name} ${language}: another ${differs === 'link' ? 'link' : 'wording'}`)
  print('To replace one, edit it in WhatsApp Manager, where an approved template can be changed once a day:')
  print(`its link becomes ${publicUrl}/r/{{1}}, its wording that of templates/<name>.json.`)
}
