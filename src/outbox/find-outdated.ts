import type { MetaTemplate } from '../connectors/meta/template-api.ts'
import { toNewTemplate } from './template-components.ts'
import type { TemplateDefinitions } from './template-definition.ts'

export interface OutdatedTemplate {
  name: string
  language: string
  /** 'link': its button leads somewhere else, so that clicks are not seen; 'text': it only reads differently. */
  differs: 'link' | 'text'
}

/**
 * Templates at Meta that are not as this version would make them: made by an earlier version, or changed by hand. They are sent as they
 * are; a merchant decides whether to change them.
 */
export function findOutdated(
  definitions: TemplateDefinitions,
  templates: readonly Pick<MetaTemplate, 'name' | 'language' | 'components' | 'status'>[],
  hubUrl: string,
): OutdatedTemplate[] {
  return templates.flatMap(({ name, language, components, status }) => {
    const definition = definitions.get(name)
    if (definition?.languages[language] === undefined || notThere.includes(status)) return []
    const ours = toNewTemplate(definition, language, { hubUrl, headerHandle: 'any' })
      .components as Component[]
    const differs = compare(ours, components)
    return differs === undefined ? [] : [{ name, language, differs }]
  })
}

const notThere = ['DELETED', 'NOT_MADE']

type Component = Readonly<Record<string, unknown>>

function compare(ours: readonly Component[], theirs: readonly Component[]): 'link' | 'text' | undefined {
  if (!isSame(linksOf(ours), linksOf(theirs))) return 'link'
  return isSame(wordsOf(ours), wordsOf(theirs)) ? undefined : 'text'
}

// Without the examples, which Meta rewrites.
function linksOf(components: readonly Component[]): unknown[] {
  return buttonsOf(components).flatMap(({ type, url }) => (type === 'URL' ? [url] : []))
}

function wordsOf(components: readonly Component[]): unknown[] {
  const parts = components.filter(({ type }) => type !== 'BUTTONS')
  return [
    ...parts.map(({ type, format, text }) => [type, format ?? null, text ?? null]),
    ...buttonsOf(components).map(({ type, text }) => [type, type === 'COPY_CODE' ? null : text]),
  ]
}

function buttonsOf(components: readonly Component[]): Component[] {
  const buttons = components.find(({ type }) => type === 'BUTTONS')?.buttons
  return Array.isArray(buttons) ? (buttons as Component[]) : []
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
