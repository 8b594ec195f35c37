import type { CloudApi } from '../connectors/meta/cloud-api.ts'
import type { Refusal, Unknown } from '../connectors/meta/graph-answer.ts'
import { toNewTemplate } from './template-components.ts'
import type { TemplateDefinition } from './template-definition.ts'
import { readHeaderImage } from './template-definitions.ts'

interface HeaderExample {
  kind: 'ready'
  handle: string | undefined
}

export interface WantedTemplate {
  definition: TemplateDefinition
  language: string
}

export type MakeTemplate = (wanted: WantedTemplate) => Promise<{ kind: 'created' } | Refusal | Unknown>

/** Makes templates of an account, one by one. A picture that several share is uploaded once. */
export function createTemplateMaker(
  api: Pick<CloudApi, 'createTemplate' | 'uploadExample'>,
  account: { wabaMetaId: string; hubUrl: string },
): MakeTemplate {
  const headers = new Map<string | undefined, HeaderExample>()
  return async ({ definition, language }) => {
    const header = headers.get(definition.headerImage) ?? (await uploadHeader(api, definition))
    if (header.kind !== 'ready') return header
    headers.set(definition.headerImage, header)
    const filled = { hubUrl: account.hubUrl, headerHandle: header.handle }
    const answer = await api.createTemplate(account.wabaMetaId, toNewTemplate(definition, language, filled))
    return answer.kind === 'created' ? { kind: 'created' } : answer
  }
}

async function uploadHeader(
  api: Pick<CloudApi, 'uploadExample'>,
  definition: TemplateDefinition,
): Promise<HeaderExample | Refusal | Unknown> {
  const bytes = readHeaderImage(definition)
  if (bytes === undefined) return { kind: 'ready', handle: undefined }
  const uploaded = await api.uploadExample({ name: definition.headerImage ?? '', type: 'image/png', bytes })
  return uploaded.kind === 'uploaded' ? { kind: 'ready', handle: uploaded.handle } : uploaded
}
