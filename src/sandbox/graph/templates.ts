import { asFields, asList, asText, type Fields } from '../read-values.ts'
import { checkNewTemplate } from './check-new-template.ts'
import { GraphError } from './graph-error.ts'
import type { GraphState, Template } from './graph-state.ts'
import type { ManagementLimits } from './management-limits.ts'
import { pageOf } from './graph-paging.ts'
import { setTemplateStatus, type TemplateDeps } from './template-states.ts'
import { componentOf, textOf } from './template-text.ts'

const firstId = 1_387_372_356_000_000

/** POST /{waba}/message_templates: in review, and approved or rejected at once or when told. Throws GraphError. */
export function createTemplate(deps: TemplateDeps & { management: ManagementLimits }, body: Fields): Fields {
  const checked = checkNewTemplate(deps.state, body)
  deps.management.beforeCreation()
  const template: Template = {
    id: String(firstId + deps.state.nextId('templates')),
    status: 'PENDING',
    rejectedReason: 'NONE',
    quality: 'UNKNOWN',
    ...checked,
  }
  deps.state.templates.put(template.id, template)
  if (deps.faults.templateReview === 'at_once') reviewTemplate(deps, template)
  return { id: template.id, status: 'PENDING', category: template.category }
}

/** Two places side by side pass the form and fail the review. */
function reviewTemplate(deps: TemplateDeps, template: Template): void {
  const isRejected = /\}\}\s*\{\{/.test(textOf(componentOf(template, 'BODY')))
  if (isRejected) setTemplateStatus(deps, template, 'REJECTED', { reason: 'INVALID_FORMAT' })
  else setTemplateStatus(deps, template, 'APPROVED')
}

/** GET /{waba}/message_templates with name (part of it), status, language, category, fields, limit and cursors. */
export function listTemplates(state: GraphState, query: URLSearchParams, url: string): Fields {
  const wanted = (name: string) => query.get(name)?.toUpperCase()
  const templates = state.templates
    .all()
    .filter(
      (template) =>
        (query.get('name') === null || template.name.includes(query.get('name') ?? '')) &&
        (wanted('status') === undefined || template.status === wanted('status')) &&
        (wanted('category') === undefined || template.category === wanted('category')) &&
        (query.get('language') === null || template.language === query.get('language')),
    )
  const { data, paging } = pageOf(templates, query, url)
  return { data: data.map((template) => renderTemplate(template, query.get('fields'))), paging }
}

const defaultFields = 'name,parameter_format,components,language,status,category,id'

export function renderTemplate(template: Template, fields: string | null): Fields {
  const all: Fields = {
    name: template.name,
    parameter_format: template.parameterFormat,
    components: template.components,
    language: template.language,
    status: template.status,
    category: template.category,
    sub_category: 'CUSTOM',
    rejected_reason: template.rejectedReason,
    quality_score: { score: template.quality, date: 0 },
    id: template.id,
  }
  const names = (fields ?? defaultFields).split(',').map((name) => name.trim())
  return Object.fromEntries(
    [...new Set([...names, 'id'])].map((name) => {
      if (!(name in all)) {
        const title = `(#100) Tried accessing nonexisting field (${name}) on node type (WhatsAppMessageTemplate)`
        throw new GraphError(100, undefined, { title })
      }
      return [name, all[name]]
    }),
  )
}

/** DELETE /{waba}/message_templates?name=…, of every language, or of the one whose id is `hsm_id`. */
export function deleteTemplates(state: GraphState, query: URLSearchParams): Fields {
  const name = query.get('name') ?? ''
  const id = query.get('hsm_id')
  const doomed = state.templates.all().filter((one) => one.name === name && (id === null || one.id === id))
  if (doomed.length === 0) {
    throw new GraphError(100, undefined, {
      more: { error_subcode: 2593002, error_user_title: 'Message template not found', is_transient: false },
    })
  }
  for (const template of doomed) state.templates.remove(template.id)
  return { success: true }
}

/** The labels and payloads that a person can tap on a template that was sent. */
export function quickRepliesOf(template: Template, sent: Fields): { text: string; payload: string }[] {
  const buttons = asList(componentOf(template, 'BUTTONS')?.buttons).map((button) => asFields(button) ?? {})
  const given = asList(sent.components).map((component) => asFields(component) ?? {})
  return buttons.flatMap((button, index) => {
    if (asText(button.type)?.toUpperCase() !== 'QUICK_REPLY') return []
    const component = given.find(
      (one) => asText(one.sub_type)?.toLowerCase() === 'quick_reply' && Number(one.index) === index,
    )
    const payload = asText(asFields(asList(component?.parameters)[0])?.payload)
    // Without a payload of its own a button answers with its label.
    return [{ text: textOf(button), payload: payload ?? textOf(button) }]
  })
}
