import type { OutgoingTemplate } from '../connectors/meta/wire-message.ts'
import type { MessageReason } from './message-reasons.ts'
import type { Purpose, TemplateContent } from './message.ts'
import { fillTemplate } from './fill-template.ts'
import { isMarketing } from './purpose.ts'
import type { TemplateDefinition, TemplateDefinitions } from './template-definition.ts'
import { findInLanguage } from './template-language.ts'
import { baseNameOf, type Template } from './template.ts'

export type TemplateDecision =
  | { kind: 'fits'; outgoing: OutgoingTemplate; template: Template }
  | { kind: 'unfit'; reason: MessageReason }
  /** It cannot go with the templates as they are now; Meta or a merchant may mend that before it expires. */
  | { kind: 'wait'; reason: MessageReason }

/**
 * Which of an account's templates carries this content: the first language of the person's and the shop's that Meta has approved and
 * that the values fit. Otherwise marketing waits for a template that exists and is not usable, and says why the most wanted one is not;
 * what has no template at all, or values that fit none, never goes.
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
  return (
    decisions.find((decision) => decision.kind === 'fits') ??
    decisions.find((decision) => decision.kind === 'wait') ??
    decisions[0] ?? { kind: 'unfit', reason: 'template_missing' }
  )
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
  const reason = isMarketing(purpose) ? findMarketingProblem(template) : reasonOfStatus(template.status)
  if (reason !== undefined) return { kind: isMarketing(purpose) ? 'wait' : 'unfit', reason }
  const outgoing = fillTemplate(content, template, definition)
  return outgoing === undefined
    ? { kind: 'unfit', reason: 'parameters_invalid' }
    : { kind: 'fits', outgoing, template }
}

type Usability = Pick<Template, 'status' | 'category' | 'acceptedCategory'>

/**
 * Why campaigns and alerts cannot go with a template; undefined: they can. Marketing goes as MARKETING only, whatever a merchant has
 * said yes to; a template that was something else and is MARKETING now costs more, and waits for that yes.
 */
export function findMarketingProblem(template: Usability): MessageReason | undefined {
  // Meta still takes it, and is about to disable it if people go on complaining.
  if (template.status === 'FLAGGED') return 'template_flagged'
  const reason = reasonOfStatus(template.status)
  if (reason !== undefined) return reason
  const { category, acceptedCategory } = template
  return category === 'MARKETING' && (acceptedCategory ?? category) === category
    ? undefined
    : 'category_changed'
}

/** Why a template cannot go as what it is for: what this product brings is for marketing, a merchant's own for what its category says. */
export function findProblem(
  template: Usability & Pick<Template, 'name'>,
  definitions: TemplateDefinitions,
): MessageReason | undefined {
  const isForMarketing = template.category === 'MARKETING' || definitions.has(baseNameOf(template.name))
  return isForMarketing ? findMarketingProblem(template) : reasonOfStatus(template.status)
}

export function canCarryMarketing(template: Usability): boolean {
  return findMarketingProblem(template) === undefined
}

function reasonOfStatus(status: string): MessageReason | undefined {
  switch (status) {
    case 'APPROVED':
    case 'FLAGGED':
      return undefined
    case 'PENDING':
    case 'IN_APPEAL':
    case 'NOT_MADE':
      return 'template_pending'
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
