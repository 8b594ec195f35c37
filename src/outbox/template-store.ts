import type { Sql, Tx } from '../platform/database.ts'
import type { Template } from './template.ts'

const columns = `t.id, t.shop_id, t.waba_id, t.meta_id, t.name, t.language, t.category, t.accepted_category, t.parameter_format,
  t.components, t.status, t.reason, t.quality, t.status_at, t.quality_at, t.category_at, t.status_details, t.usable_since,
  t.ramp_started_at, t.ramp_hour, t.ramp_sent, t.ramp_held_at, t.synced_at`

export function listTemplatesOfShop(sql: Sql, shopId: number): Promise<Template[]> {
  return sql.query<Template>(
    `select ${columns} from templates t where t.shop_id = $1 order by t.name, t.language`,
    [shopId],
  )
}

export function listTemplatesNamed(
  sql: Sql,
  wabaIds: readonly number[],
  names: readonly string[],
): Promise<Template[]> {
  return sql.query<Template>(
    `select ${columns} from templates t where t.waba_id = any($1) and t.name = any($2) order by t.name, t.language`,
    [wabaIds, names],
  )
}

export function lockTemplatesOfAccount(tx: Tx, wabaId: number): Promise<Template[]> {
  return tx.query<Template>(
    `select ${columns} from templates t where t.waba_id = $1 order by t.id for update of t`,
    [wabaId],
  )
}

export async function lockTemplate(
  tx: Tx,
  which: { shopId: number; templateId: number },
): Promise<Template | undefined> {
  const [template] = await tx.query<Template>(
    `select ${columns} from templates t where t.shop_id = $1 and t.id = $2 for update of t`,
    [which.shopId, which.templateId],
  )
  return template
}

/** By Meta's names for the account and the template; its webhooks write languages with a hyphen. */
export async function lockTemplateNamed(
  tx: Tx,
  which: { shopId: number; wabaMetaId: string; name: string; language: string },
): Promise<Template | undefined> {
  const [template] = await tx.query<Template>(
    `select ${columns} from templates t join meta_wabas w on w.id = t.waba_id
     where t.shop_id = $1 and w.meta_id = $2 and t.name = $3 and replace(t.language, '-', '_') = replace($4, '-', '_')
     order by t.id limit 1 for update of t`,
    [which.shopId, which.wabaMetaId, which.name, which.language],
  )
  return template
}

/** Those that messages were last sent with, in id order. */
export function lockTemplatesOfMessages(tx: Tx, messageIds: readonly number[]): Promise<Template[]> {
  return tx.query<Template>(
    `select ${columns} from templates t
     where t.id in (
       select used.id from messages m join phone_numbers n on n.id = m.phone_number_id
         join templates used on used.waba_id = n.waba_id and used.name = m.template_name and used.language = m.template_language
       where m.id = any($1))
     order by t.id for update of t`,
    [messageIds],
  )
}

export type TemplateRow = Omit<Template, 'id'>

/** Writes templates as they are now, by account, name and language. */
export async function saveTemplates(tx: Tx, templates: readonly TemplateRow[]): Promise<void> {
  if (templates.length === 0) return
  await tx.execute(
    `insert into templates (shop_id, waba_id, meta_id, name, language, category, accepted_category, parameter_format, components, status,
       reason, quality, status_at, quality_at, category_at, status_details, usable_since, ramp_started_at, ramp_hour, ramp_sent,
       ramp_held_at, synced_at)
     select "shopId", "wabaId", "metaId", name, language, category, "acceptedCategory", "parameterFormat", components, status,
       reason, quality, "statusAt", "qualityAt", "categoryAt", "statusDetails", "usableSince", "rampStartedAt", "rampHour", "rampSent",
       "rampHeldAt", "syncedAt"
     from jsonb_to_recordset($1::jsonb) as u("shopId" bigint, "wabaId" bigint, "metaId" text, name text, language text, category text,
       "acceptedCategory" text, "parameterFormat" text, components jsonb, status text, reason text, quality text,
       "statusAt" timestamptz, "qualityAt" timestamptz, "categoryAt" timestamptz, "statusDetails" jsonb, "usableSince" timestamptz,
       "rampStartedAt" timestamptz, "rampHour" int, "rampSent" int, "rampHeldAt" timestamptz, "syncedAt" timestamptz)
     order by "wabaId", name, language
     on conflict (waba_id, name, language) do update set meta_id = excluded.meta_id, category = excluded.category,
       accepted_category = excluded.accepted_category, parameter_format = excluded.parameter_format, components = excluded.components,
       status = excluded.status, reason = excluded.reason, quality = excluded.quality, status_at = excluded.status_at,
       quality_at = excluded.quality_at, category_at = excluded.category_at, status_details = excluded.status_details,
       usable_since = excluded.usable_since, ramp_started_at = excluded.ramp_started_at, ramp_hour = excluded.ramp_hour,
       ramp_sent = excluded.ramp_sent, ramp_held_at = excluded.ramp_held_at, synced_at = excluded.synced_at`,
    [toJson(templates)],
  )
}

/** JSON text that jsonb takes: U+0000 and halves of characters, which it refuses, are taken out. */
function toJson(templates: readonly TemplateRow[]): string {
  return JSON.stringify(templates, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '') : value,
  )
}

/** Templates that were to be made, and that Meta will not take. */
export async function deleteUnmade(
  tx: Tx,
  wabaId: number,
  templates: readonly { name: string; language: string }[],
): Promise<void> {
  await tx.execute(
    `delete from templates t using unnest($2::text[], $3::text[]) u(name, language)
     where t.waba_id = $1 and t.name = u.name and t.language = u.language and t.status = 'NOT_MADE'`,
    [wabaId, templates.map((one) => one.name), templates.map((one) => one.language)],
  )
}

const waitingFor =
  `{template_paused,template_flagged,template_pending,template_disabled,template_rejected,template_missing,category_changed,` +
  `template_held,template_ramp_up}`

/**
 * What waits for a template of this account is looked at now; which template each waits for is found out then. A sender holds messages
 * and then asks for their templates, so who holds a template must not wait for messages: what is being looked at comes again by itself.
 */
export function bringForward(tx: Tx, wabaId: number, now: Date): Promise<number> {
  return tx.execute(
    `update messages m set due_at = $2, counted_at = case when m.counted_at is null then null else $2 end
     where m.id in (
       select waiting.id from phone_numbers n join messages waiting on waiting.phone_number_id = n.id
       where n.waba_id = $1 and waiting.state = 'waiting' and waiting.due_at > $2 and waiting.reason = any($3)
       order by waiting.id for update of waiting skip locked)`,
    [wabaId, now, waitingFor],
  )
}
