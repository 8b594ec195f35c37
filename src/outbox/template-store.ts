import type { MetaTemplate } from '../connectors/meta/template-api.ts'
import type { Sql, Tx } from '../platform/database.ts'
import type { Template } from './template.ts'

const columns = `id, shop_id, waba_id, name, language, category, parameter_format, components, status, reason, quality, synced_at`

export function listTemplatesOfShop(sql: Sql, shopId: number): Promise<Template[]> {
  return sql.query<Template>(`select ${columns} from templates where shop_id = $1 order by name, language`, [
    shopId,
  ])
}

export function listTemplatesNamed(
  sql: Sql,
  wabaIds: readonly number[],
  names: readonly string[],
): Promise<Template[]> {
  return sql.query<Template>(
    `select ${columns} from templates where waba_id = any($1) and name = any($2) order by name, language`,
    [wabaIds, names],
  )
}

/** Brings the table up to Meta's list; what Meta no longer lists is kept as DELETED, since messages name it. */
export async function saveListedTemplates(
  tx: Tx,
  account: { shopId: number; wabaId: number },
  templates: readonly MetaTemplate[],
  now: Date,
): Promise<void> {
  await tx.execute(
    `insert into templates (shop_id, waba_id, name, language, meta_id, category, parameter_format, components, status, reason,
       quality, synced_at)
     select $1, $2, name, language, meta_id, category, parameter_format, components::jsonb, status, reason, quality, $12
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
       u(name, language, meta_id, category, parameter_format, components, status, reason, quality)
     on conflict (waba_id, name, language) do update set meta_id = excluded.meta_id, category = excluded.category,
       parameter_format = excluded.parameter_format, components = excluded.components, status = excluded.status,
       reason = excluded.reason, quality = coalesce(excluded.quality, templates.quality), synced_at = excluded.synced_at`,
    [
      account.shopId,
      account.wabaId,
      templates.map((template) => template.name),
      templates.map((template) => template.language),
      templates.map((template) => template.id),
      templates.map((template) => template.category),
      templates.map((template) => template.parameterFormat),
      templates.map((template) => JSON.stringify(template.components)),
      templates.map((template) => template.status),
      templates.map((template) => template.rejectedReason ?? null),
      templates.map((template) => template.quality ?? null),
      now,
    ],
  )
  await tx.execute(
    `update templates t set status = 'DELETED', synced_at = $4
     where t.waba_id = $1 and t.status <> 'DELETED'
       and not exists (select 1 from unnest($2::text[], $3::text[]) listed(name, language)
                       where listed.name = t.name and listed.language = t.language)`,
    [
      account.wabaId,
      templates.map((template) => template.name),
      templates.map((template) => template.language),
      now,
    ],
  )
}

/** The template a message was sent with, after a refusal that says it cannot be used; only one that passed for usable. */
export async function stopTemplateOfMessage(
  tx: Tx,
  message: { id: number; shopId: number },
  stop: { status: string; reason: string; now: Date },
): Promise<void> {
  await tx.execute(
    `update templates t set status = $3, reason = $4, synced_at = $5
     from messages m join phone_numbers n on n.id = m.phone_number_id
     where m.id = $1 and m.shop_id = $2 and t.waba_id = n.waba_id and t.name = m.template_name
       and t.language = m.template_language and t.status = 'APPROVED'`,
    [message.id, message.shopId, stop.status, stop.reason, stop.now],
  )
}

export interface TemplateChange {
  name: string
  language: string
  status?: string
  reason?: string | null
  category?: string
  quality?: string
}

/** What a webhook says about one template; nothing happens for one that is not known yet (the next sync finds it). */
export async function changeTemplate(
  tx: Tx,
  shopId: number,
  wabaMetaId: string,
  change: TemplateChange & { now: Date },
): Promise<number> {
  return tx.execute(
    `update templates t set status = coalesce($5, t.status), reason = case when $5::text is null then t.reason else $6 end,
       category = coalesce($7, t.category), quality = coalesce($8, t.quality), synced_at = $9
     from meta_wabas w
     where w.id = t.waba_id and t.shop_id = $1 and w.meta_id = $2 and t.name = $3
       and replace(t.language, '-', '_') = replace($4, '-', '_')`,
    [
      shopId,
      wabaMetaId,
      change.name,
      change.language,
      change.status ?? null,
      change.reason ?? null,
      change.category ?? null,
      change.quality ?? null,
      change.now,
    ],
  )
}
