import { findFailure } from '../connectors/meta/failure-table.ts'
import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import { findOutdated, type OutdatedTemplate } from './find-outdated.ts'
import { createTemplateMaker, type MakeTemplate, type WantedTemplate } from './make-template.ts'
import { syncTemplates, type TemplateAccount, type TemplateSyncDeps } from './sync-templates.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { listTemplatesOfShop } from './template-store.ts'
import { titleOf } from './template.ts'
import { keepToMake } from './to-make.ts'

interface NamedTemplate {
  name: string
  language: string
}

type Told = NamedTemplate & { code: number | null; details: string }

export interface CreateResult {
  /** New at Meta, or made by a call whose answer was lost. */
  created: NamedTemplate[]
  /** Meta does not take them as they are. */
  failed: Told[]
  /** Still to be made: the hub goes on with them by itself, once an hour. */
  left: NamedTemplate[]
  /** Why it stopped before the end, in Meta's words; null: it did not, or had made as many as were asked for. */
  stopped: Told | null
  /** At Meta already, and not as this version would make them. */
  outdated: OutdatedTemplate[]
}

/** The account, where our links lead, and the language that matters most to the shop. */
export type NewTemplatesAccount = TemplateAccount & { hubUrl: string; language: string }

export interface CreateOptions {
  /** At most so many now. */
  limit?: number
  /** By `titleOf`; left out: all of this product. */
  only?: ReadonlySet<string>
  onProgress?: (done: number, total: number) => void
}

/**
 * Makes the templates of this product that the account does not have yet, in all their languages, then syncs. Doing it again makes
 * nothing twice: what exists is looked up first, Meta refuses a second template of the same name and language, and what an answer was
 * lost of is found by the sync.
 */
export async function createMissingTemplates(
  deps: TemplateSyncDeps,
  account: NewTemplatesAccount,
  definitions: TemplateDefinitions,
  options: CreateOptions = {},
): Promise<CreateResult | Refusal | Unknown> {
  const listed = await deps.api.listTemplates(account.wabaMetaId)
  if (listed.kind !== 'listed') return listed
  const taken = new Set(listed.templates.map(titleOf))
  const missing = listWanted(definitions, account.language).filter((one) => !taken.has(titleOf(toNamed(one))))
  const wanted = missing.filter((one) => options.only?.has(titleOf(toNamed(one))) ?? true)
  const round = await makeRound(createTemplateMaker(deps.api, account), wanted, options)
  const synced = await syncTemplates({ ...deps, definitions }, account)
  if (synced.kind !== 'synced') return synced
  const { unlisted, ...result } = await readResult(deps, account, { wanted, round })
  const toMake = { left: unlisted, failed: result.failed }
  await deps.db.transaction((tx) => keepToMake(tx, account, toMake, deps.clock.now()))
  return { ...result, outdated: findOutdated(definitions, listed.templates, account.hubUrl) }
}

// Meta lets an account make a limited number in an hour: what the shop needs first is made first.
function listWanted(definitions: TemplateDefinitions, first: string): WantedTemplate[] {
  const rank = (language: string): number => (language === first ? 0 : language === 'en' ? 1 : 2)
  return [...definitions.values()]
    .flatMap((definition) => Object.keys(definition.languages).map((language) => ({ language, definition })))
    .toSorted((one, other) => rank(one.language) - rank(other.language))
}

function toNamed({ definition, language }: WantedTemplate): NamedTemplate {
  return { name: definition.name, language }
}

interface Round {
  /** Meta said so. */
  created: Set<string>
  /** Meta refused them for good. */
  refused: Told[]
  stopped: Told | null
}

const lostInARow = 3

async function makeRound(
  make: MakeTemplate,
  wanted: readonly WantedTemplate[],
  { limit = Infinity, onProgress }: CreateOptions,
): Promise<Round> {
  const round: Round = { created: new Set(), refused: [], stopped: null }
  let lost = 0
  for (const [at, one] of wanted.entries()) {
    if (at >= limit) break
    const answer = await make(one)
    onProgress?.(at + 1, Math.min(wanted.length, limit))
    lost = isLost(answer) ? lost + 1 : 0
    if (answer.kind === 'created') {
      round.created.add(titleOf(toNamed(one)))
      continue
    }
    const told = { ...toNamed(one), ...wordsOf(answer) }
    if (lost >= lostInARow || isForAll(answer)) return { ...round, stopped: told }
    if (!isLost(answer)) round.refused.push(told)
  }
  return round
}

type Answer = Awaited<ReturnType<MakeTemplate>>

/** Nobody answered, so that nobody knows, or knows that nothing was done. */
function isLost(answer: Answer): boolean {
  return answer.kind === 'unknown' || (answer.kind === 'refused' && answer.code === null)
}

// Too many calls (4, 80007) or too many new templates (80008) in an hour, or a token that is not good (190 and its kind): none of those
// that follow would be taken either.
function isForAll(answer: Answer): boolean {
  if (answer.kind !== 'refused' || answer.code === null) return false
  return [4, 80007, 80008].includes(answer.code) || findFailure(answer.code).effect?.kind === 'stop'
}

function wordsOf(answer: Refusal | Unknown): { code: number | null; details: string } {
  return answer.kind === 'refused'
    ? { code: answer.code, details: answer.details }
    : { code: null, details: answer.reason }
}

/** What Meta lists now was made, whatever the answers were; what it has made and does not list yet is looked for again later. */
async function readResult(
  deps: TemplateSyncDeps,
  account: TemplateAccount,
  { wanted, round }: { wanted: readonly WantedTemplate[]; round: Round },
): Promise<Omit<CreateResult, 'outdated'> & { unlisted: NamedTemplate[] }> {
  const known = await listTemplatesOfShop(deps.db, account.shopId)
  const listed = new Set(
    known.filter(({ status }) => status !== 'NOT_MADE' && status !== 'DELETED').map(titleOf),
  )
  const failed = round.refused.filter((one) => !listed.has(titleOf(one)))
  const isFailed = new Set(failed.map(titleOf))
  const isMade = (one: NamedTemplate): boolean => listed.has(titleOf(one)) || round.created.has(titleOf(one))
  const named = wanted.map(toNamed)
  return {
    created: named.filter(isMade),
    failed,
    left: named.filter((one) => !isMade(one) && !isFailed.has(titleOf(one))),
    unlisted: named.filter((one) => !listed.has(titleOf(one)) && !isFailed.has(titleOf(one))),
    stopped: round.stopped,
  }
}
