import type { FieldUpdate } from '../connectors/meta/webhook-types.ts'
import type { Tx } from '../platform/database.ts'
import { changeTemplate, type TemplateChange } from './template-store.ts'

/** The webhook fields that applyTemplateUpdate understands. */
export const templateFields = [
  'message_template_status_update',
  'message_template_quality_update',
  'template_category_update',
] as const

// Some events say what happened, not what the status is now; FLAGGED and LOCKED leave a template usable or say nothing of it.
const statusOfEvent: Readonly<Record<string, string>> = {
  APPROVED: 'APPROVED',
  REINSTATED: 'APPROVED',
  UNARCHIVED: 'APPROVED',
  PENDING: 'PENDING',
  IN_APPEAL: 'IN_APPEAL',
  REJECTED: 'REJECTED',
  PAUSED: 'PAUSED',
  DISABLED: 'DISABLED',
  ARCHIVED: 'ARCHIVED',
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
  PENDING_DELETION: 'PENDING_DELETION',
  DELETED: 'DELETED',
}

/** Whether the update was understood and is about a template known here. */
export async function applyTemplateUpdate(
  tx: Tx,
  shopId: number,
  update: Pick<FieldUpdate, 'origin' | 'value'>,
  now: Date,
): Promise<boolean> {
  const change = readChange(update.value)
  if (change === undefined) return false
  return (await changeTemplate(tx, shopId, update.origin.wabaId, { ...change, now })) > 0
}

function readChange(value: unknown): TemplateChange | undefined {
  const said = Object(value) as Record<string, unknown>
  const name = textOf(said.message_template_name)
  const language = textOf(said.message_template_language)
  if (name === undefined || language === undefined) return undefined
  const status = statusOfEvent[textOf(said.event) ?? '']
  const category = textOf(said.new_category) ?? textOf(said.message_template_category)
  const quality = textOf(said.new_quality_score)
  return {
    name,
    language,
    ...(status === undefined ? {} : { status, reason: reasonOf(said) }),
    ...(category === undefined ? {} : { category }),
    ...(quality === undefined ? {} : { quality }),
  }
}

function reasonOf(said: Record<string, unknown>): string | null {
  const reason = textOf(said.reason)
  return reason === undefined || reason === 'NONE' ? null : reason
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replaceAll('\0', '') : undefined
}
