import type { CloudApi } from '../connectors/meta/cloud-api.ts'
import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import type { MetaTemplate } from '../connectors/meta/template-api.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { heldForMs } from './decide-ramp-up.ts'
import { decideTemplateState } from './decide-template-state.ts'
import { keepTemplates, type KeepDeps, type TemplateChange } from './keep-templates.ts'
import type { TemplateDefinitions } from './template-definition.ts'
import { unmade } from './template-states.ts'
import { lockTemplatesOfAccount } from './template-store.ts'
import { baseNameOf, titleOf, type Template } from './template.ts'

export interface TemplateSyncDeps extends KeepDeps {
  db: Database
  clock: Clock
  api: Pick<CloudApi, 'listTemplates' | 'createTemplate' | 'uploadExample'>
  /** What this product brings: says in which category its templates were asked for. */
  definitions?: TemplateDefinitions
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
  const askedAt = deps.clock.now()
  const listed = await deps.api.listTemplates(account.wabaMetaId)
  if (listed.kind !== 'listed') return listed
  await deps.db.transaction((tx) =>
    saveListedTemplates(tx, { ...deps, ...account }, listed.templates, askedAt),
  )
  return { kind: 'synced', templates: listed.templates.length }
}

/**
 * Brings the table up to Meta's list, asked for at `askedAt`; what Meta no longer lists is kept as DELETED, since messages name it, and
 * what is still to be made stays so.
 */
export async function saveListedTemplates(
  tx: Tx,
  account: Pick<TemplateAccount, 'shopId' | 'wabaId'> & KeepDeps & Pick<TemplateSyncDeps, 'definitions'>,
  listed: readonly MetaTemplate[],
  askedAt: Date,
): Promise<void> {
  const known = new Map((await lockTemplatesOfAccount(tx, account.wabaId)).map((one) => [titleOf(one), one]))
  const names = new Set(listed.map(titleOf))
  const changes = listed.map((one) => {
    const before = known.get(titleOf(one))
    return {
      before,
      after: readListed(account, one, before, { askedAt, wanted: wantedOf(account, one.name) }),
    }
  })
  const gone = [...known].flatMap(([title, before]): TemplateChange[] =>
    names.has(title) || before.status === 'DELETED' || before.status === 'NOT_MADE'
      ? []
      : [{ before, after: toDeleted(before, askedAt) }],
  )
  await keepTemplates(tx, account, [...changes, ...gone], askedAt)
}

function wantedOf({ definitions }: Pick<TemplateSyncDeps, 'definitions'>, name: string): string | undefined {
  return definitions?.get(baseNameOf(name))?.category
}

function readListed(
  account: { shopId: number; wabaId: number },
  listed: MetaTemplate,
  before: Template | undefined,
  { askedAt, wanted }: { askedAt: Date; wanted: string | undefined },
): Template {
  const { id: metaId, name, language, status, category, quality, parameterFormat, components } = listed
  const state = decideTemplateState(
    before ?? { ...unmade, category, acceptedCategory: wanted ?? category },
    {
      at: askedAt,
      isReading: true,
      status: { name: status, reason: listed.rejectedReason ?? null, details: null },
      category,
      ...(quality === undefined ? {} : { quality }),
    },
    askedAt,
  )
  const ids = { id: before?.id ?? 0, shopId: account.shopId, wabaId: account.wabaId, metaId }
  const rampHeldAt = isLongHeld(state, askedAt) ? null : state.rampHeldAt
  return { ...state, rampHeldAt, ...ids, name, language, parameterFormat, components, syncedAt: askedAt }
}

// Nobody told that Meta let it go; had the template not passed, it would be paused.
function isLongHeld({ rampHeldAt }: Pick<Template, 'rampHeldAt'>, now: Date): boolean {
  return rampHeldAt !== null && now.getTime() >= rampHeldAt.getTime() + heldForMs
}

function toDeleted(before: Template, askedAt: Date): Template {
  const news = {
    at: askedAt,
    isReading: true,
    status: { name: 'DELETED', reason: null, details: null },
  }
  return { ...before, ...decideTemplateState(before, news, askedAt), syncedAt: askedAt }
}
