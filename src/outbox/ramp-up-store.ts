import type { Sql, Tx } from '../platform/database.ts'
import type { Purpose } from './message.ts'
import type { TemplateState } from './template.ts'

export interface TemplateKey {
  wabaId: number
  templateName: string
  templateLanguage: string
}

export type RampRow = Pick<
  TemplateState,
  'usableSince' | 'quality' | 'rampStartedAt' | 'rampHour' | 'rampSent' | 'rampHeldAt'
> & { id: number; wabaId: number; name: string; language: string }

const columns = `t.id, t.waba_id, t.name, t.language, t.usable_since, t.quality, t.ramp_started_at, t.ramp_hour, t.ramp_sent, t.ramp_held_at`

export function listRamps(sql: Sql, keys: readonly TemplateKey[]): Promise<RampRow[]> {
  return sql.query<RampRow>(
    `select ${columns} from templates t
     where (t.waba_id, t.name, t.language) in (select * from unnest($1::bigint[], $2::text[], $3::text[]))`,
    [
      keys.map((key) => key.wabaId),
      keys.map((key) => key.templateName),
      keys.map((key) => key.templateLanguage),
    ],
  )
}

/** In id order: what is counted next is counted by nobody else. */
export async function lockRamps(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.query(`select t.id from templates t where t.id = any($1) order by t.id for update of t`, [ids])
}

export function listRampsById(sql: Sql, ids: readonly number[]): Promise<RampRow[]> {
  return sql.query<RampRow>(`select ${columns} from templates t where t.id = any($1) order by t.id`, [ids])
}

/** `startedAt` counts where the first message is sent only now. */
export async function addToRamps(
  tx: Tx,
  taken: readonly { id: number; hour: number; sent: number }[],
  startedAt: Date,
): Promise<void> {
  if (taken.length === 0) return
  await tx.execute(
    `update templates t set ramp_hour = u.hour, ramp_sent = u.sent, ramp_started_at = coalesce(t.ramp_started_at, $4)
     from unnest($1::bigint[], $2::int[], $3::int[]) u(id, hour, sent) where t.id = u.id`,
    [taken.map((one) => one.id), taken.map((one) => one.hour), taken.map((one) => one.sent), startedAt],
  )
}

/** The templates with which these messages were stamped last. */
export function listStampedTemplates(
  sql: Sql,
  messageIds: readonly number[],
): Promise<(TemplateKey & { messageId: number; purpose: Purpose })[]> {
  return sql.query(
    `select m.id as message_id, m.purpose, n.waba_id, m.template_name, m.template_language
     from messages m join phone_numbers n on n.id = m.phone_number_id
     where m.id = any($1) and m.template_name is not null`,
    [messageIds],
  )
}

/** Counted, and not sent after all. Rows of another hour have forgotten them already. */
export async function takeFromRamps(
  tx: Tx,
  given: readonly (TemplateKey & { count: number })[],
): Promise<void> {
  if (given.length === 0) return
  await tx.execute(
    `update templates t set ramp_sent = greatest(0, t.ramp_sent - u.count)
     from unnest($1::bigint[], $2::text[], $3::text[], $4::int[]) u(waba_id, name, language, count)
     where t.waba_id = u.waba_id and t.name = u.name and t.language = u.language and t.ramp_sent > 0`,
    [
      given.map((one) => one.wabaId),
      given.map((one) => one.templateName),
      given.map((one) => one.templateLanguage),
      given.map((one) => one.count),
    ],
  )
}
