import type { FieldUpdate } from '../connectors/meta/webhook-types.ts'
import type { Tx } from '../platform/database.ts'
import { decideTemplateState, type TemplateNews } from './decide-template-state.ts'
import { keepTemplates, type KeepDeps } from './keep-templates.ts'
import { lockTemplateNamed } from './template-store.ts'
import type { StatusDetails } from './template.ts'

/** The webhook fields that applyTemplateUpdate understands. */
export const templateFields = [
  'message_template_status_update',
  'message_template_quality_update',
  'template_category_update',
] as const

export type TemplateUpdate = Pick<FieldUpdate, 'origin' | 'value'> & { at?: Date | undefined }

/**
 * Late, doubled and in any order they end the same. Whether the update was understood and is about a template known here; of one that is
 * not known yet the next sync tells.
 */
export async function applyTemplateUpdate(
  tx: Tx,
  deps: KeepDeps,
  { shopId, update }: { shopId: number; update: TemplateUpdate },
  now: Date,
): Promise<boolean> {
  const said = Object(update.value) as Said
  const name = textOf(said.message_template_name)
  const language = textOf(said.message_template_language)
  if (name === undefined || language === undefined) return false
  const { wabaId: wabaMetaId } = update.origin
  const before = await lockTemplateNamed(tx, { shopId, wabaMetaId, name, language })
  if (before === undefined) return false
  const state = decideTemplateState(before, { at: update.at ?? now, ...readNews(said) }, now)
  await keepTemplates(tx, deps, [{ before, after: { ...before, ...state, syncedAt: now } }], now)
  return true
}

type Said = Record<string, unknown>

function readNews(said: Said): Omit<TemplateNews, 'at'> {
  const status = statusOf(said)
  const category = textOf(said.new_category) ?? textOf(said.message_template_category)
  const quality = textOf(said.new_quality_score)
  // `correct_category` comes a day ahead; `new_category` is then what it still is (webhooks/reference/template_category_update).
  const comingCategory = textOf(said.correct_category)
  return {
    ...(status === undefined
      ? {}
      : { status: { name: status, reason: reasonOf(said), details: detailsOf(said) } }),
    ...(category === undefined ? {} : { category }),
    ...(quality === undefined ? {} : { quality }),
    ...(comingCategory === undefined ? {} : { comingCategory }),
  }
}

// Some events say what happened, not what the status is now (webhooks/reference/message_template_status_update).
const statusOfEvent: Readonly<Record<string, string>> = {
  APPROVED: 'APPROVED',
  REINSTATED: 'APPROVED',
  UNARCHIVED: 'APPROVED',
  PENDING: 'PENDING',
  IN_APPEAL: 'IN_APPEAL',
  REJECTED: 'REJECTED',
  FLAGGED: 'FLAGGED',
  PAUSED: 'PAUSED',
  DISABLED: 'DISABLED',
  ARCHIVED: 'ARCHIVED',
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
  PENDING_DELETION: 'PENDING_DELETION',
  DELETED: 'DELETED',
}

// LOCKED says only that it cannot be edited, unless it comes with why; so does an event that Meta adds later.
const statusOfTitle: Readonly<Record<string, string>> = {
  FIRST_PAUSE: 'PAUSED',
  SECOND_PAUSE: 'PAUSED',
  RATE_LIMITING_PAUSE: 'PAUSED',
  UNPAUSE: 'APPROVED',
  DISABLED: 'DISABLED',
}

function statusOf(said: Said): string | undefined {
  return statusOfEvent[textOf(said.event) ?? ''] ?? statusOfTitle[detailsOf(said)?.title ?? '']
}

function detailsOf(said: Said): StatusDetails | null {
  const other = Object(said.other_info) as Said
  const rejection = Object(said.rejection_info) as Said
  const title = textOf(other.title)
  const description = textOf(other.description) ?? textOf(rejection.reason)
  const recommendation = textOf(rejection.recommendation)
  const details = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(recommendation === undefined ? {} : { recommendation }),
  }
  return Object.keys(details).length === 0 ? null : details
}

function reasonOf(said: Said): string | null {
  const reason = textOf(said.reason)
  return reason === undefined || reason === 'NONE' ? null : reason
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replaceAll('\0', '') : undefined
}
