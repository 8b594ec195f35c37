import type { OutgoingTemplate } from '../connectors/meta/wire-message.ts'
import type { MessageReason } from './message-reasons.ts'
import type { Purpose, TemplateContent } from './message.ts'
import { fillTemplate } from './fill-template.ts'
import { isMarketing } from './purpose.ts'
import type { TemplateDefinition } from './template-definition.ts'
import { findInLanguage } from './template-language.ts'
import type { Template } from './template.ts'

export type TemplateDecision =
  { kind: 'fits'; outgoing: OutgoingTemplate } | { kind: 'unfit'; reason: MessageReason }

/**
 * Which of an account's templates carries this content: the first language of the person's and the shop's that Meta has approved and
 * that the values fit. Otherwise the reason why the most wanted language cannot be used.
 */
export function decideTemplate(
  content: TemplateContent,
  purpose: Purpose,
  templates: readonly Template[],
  definition: TemplateDefinition | undefined,
): TemplateDecision {
  const named = namesOf(content).map((name) => templates.filter((template) => template.name === name))
  const wanted = content.languages.flatMap((language) =>
    named.flatMap((ofOneName) => inLanguage(ofOneName, language)),
  )
  const decisions = wanted.map((template) => tryTemplate(content, purpose, template, definition))
  const fitting = decisions.find((decision) => decision.kind === 'fits')
  return fitting ?? decisions[0] ?? { kind: 'unfit', reason: 'template_missing' }
}

/** Names of the templates that may carry the content, the most wanted first. */
export function namesOf({ name, variant }: Pick<TemplateContent, 'name' | 'variant'>): string[] {
  return variant === undefined ? [name] : [`${name}__${variant}`, name]
}

function inLanguage(templates: readonly Template[], language: string): Template[] {
  const found = findInLanguage(
    templates.map((template) => template.language),
    language,
  )
  return templates.filter((template) => found.includes(template.language))
}

function tryTemplate(
  content: TemplateContent,
  purpose: Purpose,
  template: Template,
  definition: TemplateDefinition | undefined,
): TemplateDecision {
  const reason = reasonOfStatus(template.status)
  if (reason !== undefined) return { kind: 'unfit', reason }
  if (isMarketing(purpose) && template.category !== 'MARKETING')
    return { kind: 'unfit', reason: 'category_changed' }
  const outgoing = fillTemplate(content, template, definition)
  return outgoing === undefined ? { kind: 'unfit', reason: 'parameters_invalid' } : { kind: 'fits', outgoing }
}

function reasonOfStatus(status: string): MessageReason | undefined {
  switch (status) {
    case 'APPROVED':
      return undefined
    case 'PAUSED':
      return 'template_paused'
    case 'DISABLED':
      return 'template_disabled'
    case 'REJECTED':
      return 'template_rejected'
    default:
      return 'template_missing'
  }
}
