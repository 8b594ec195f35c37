import { readAnswer, type Call, type Refusal, type Unknown } from './graph-answer.ts'
import { asObject, asText, objectsIn, type JsonObject } from './read-json.ts'

/** A template as Meta has it. */
export interface MetaTemplate {
  id: string
  name: string
  language: string
  status: string
  category: string
  parameterFormat: 'NAMED' | 'POSITIONAL'
  components: JsonObject[]
  quality: string | undefined
  rejectedReason: string | undefined
}

export interface NewTemplate {
  name: string
  language: string
  category: string
  parameterFormat: 'NAMED' | 'POSITIONAL'
  components: readonly unknown[]
}

export interface ExampleFile {
  name: string
  /** MIME type */
  type: string
  bytes: Buffer
}

export type ListedTemplates = { kind: 'listed'; templates: MetaTemplate[] } | Refusal | Unknown
export type CreatedTemplate =
  { kind: 'created'; id: string; status: string; category: string } | Refusal | Unknown
export type UnpausedTemplate = { kind: 'unpaused' } | Refusal | Unknown
export type UploadedExample = { kind: 'uploaded'; handle: string } | Refusal | Unknown

// Each page is asked for by its cursor: the ready-made `next` address holds the token, and could lead anywhere.
const maxPages = 100

/** All of an account's templates, over all pages. */
export async function listTemplates(call: Call, wabaId: string): Promise<ListedTemplates> {
  const templates: MetaTemplate[] = []
  const fields = 'id,name,language,status,category,parameter_format,components,quality_score,rejected_reason'
  let after: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const query = { fields, limit: 100, after }
    const answer = readAnswer(await call({ method: 'GET', path: `/${wabaId}/message_templates`, query }))
    if (answer.kind !== 'answered') return answer
    templates.push(...objectsIn(answer.body.data).flatMap((item) => readTemplate(item) ?? []))
    const paging = asObject(answer.body.paging)
    after = paging?.next === undefined ? undefined : asText(asObject(paging.cursors)?.after)
    if (after === undefined) return { kind: 'listed', templates }
  }
  return { kind: 'unknown', reason: `more than ${maxPages} pages of templates` }
}

function readTemplate(template: JsonObject): MetaTemplate | undefined {
  const id = asText(template.id)
  const name = asText(template.name)
  const language = asText(template.language)
  if (id === undefined || name === undefined || language === undefined) return undefined
  return {
    id,
    name,
    language,
    status: asText(template.status) ?? 'PENDING',
    category: asText(template.category) ?? 'UNKNOWN',
    parameterFormat: template.parameter_format === 'NAMED' ? 'NAMED' : 'POSITIONAL',
    components: objectsIn(template.components),
    quality: asText(asObject(template.quality_score)?.score),
    rejectedReason: template.rejected_reason === 'NONE' ? undefined : asText(template.rejected_reason),
  }
}

export async function createTemplate(
  call: Call,
  wabaId: string,
  { parameterFormat, ...template }: NewTemplate,
): Promise<CreatedTemplate> {
  const body = { ...template, parameter_format: parameterFormat }
  const answer = readAnswer(await call({ method: 'POST', path: `/${wabaId}/message_templates`, body }))
  if (answer.kind !== 'answered') return answer
  const id = asText(answer.body.id)
  if (id === undefined) return { kind: 'unknown', reason: 'answered without an id' }
  const status = asText(answer.body.status) ?? 'PENDING'
  return { kind: 'created', id, status, category: asText(answer.body.category) ?? template.category }
}

/** Only for a template that pacing has paused (templates/template-pacing): a pause for its quality ends by itself. */
export async function unpauseTemplate(call: Call, templateId: string): Promise<UnpausedTemplate> {
  const answer = readAnswer(await call({ method: 'POST', path: `/${templateId}/unpause` }))
  if (answer.kind !== 'answered') return answer
  if (answer.body.success === true) return { kind: 'unpaused' }
  return { kind: 'refused', code: null, details: asText(answer.body.reason) ?? 'no reason given' }
}

/**
 * Uploads an example picture for a template's review; the handle names it when the template is made (Resumable Upload API). `app`
 * in its path stands for the app that the token belongs to.
 */
export async function uploadExample(
  call: Call,
  accessToken: string,
  file: ExampleFile,
): Promise<UploadedExample> {
  const query = { file_name: file.name, file_length: file.bytes.length, file_type: file.type }
  const session = readAnswer(await call({ method: 'POST', path: '/app/uploads', query }))
  if (session.kind !== 'answered') return session
  const id = asText(session.body.id)
  if (id === undefined) return { kind: 'unknown', reason: 'answered without an upload session' }
  const headers = { authorization: `OAuth ${accessToken}`, file_offset: '0', 'content-type': file.type }
  const uploaded = readAnswer(await call({ method: 'POST', path: `/${id}`, headers, body: file.bytes }))
  if (uploaded.kind !== 'answered') return uploaded
  const handle = asText(uploaded.body.h)
  return handle === undefined
    ? { kind: 'unknown', reason: 'answered without a handle' }
    : { kind: 'uploaded', handle }
}
