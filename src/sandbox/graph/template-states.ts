import type { Clock } from '../../platform/clock.ts'
import type { Fields } from '../read-values.ts'
import type { WhatsAppFaults } from './faults.ts'
import { GraphError } from './graph-error.ts'
import type { GraphState, Template } from './graph-state.ts'
import type { MetaWebhooks } from './meta-webhooks.ts'

export interface TemplateDeps {
  state: GraphState
  webhooks: MetaWebhooks
  faults: WhatsAppFaults
  clock: Clock
}

/** After the first messages of a template were not liked; lasts until somebody unpauses it. */
export const pacingPause = 'RATE_LIMITING_PAUSE'

/** What Meta decides about a template, with the webhook that tells of it. */
export function setTemplateStatus(
  deps: TemplateDeps,
  template: Template,
  status: string,
  { reason = 'NONE', title }: { reason?: string | undefined; title?: string | undefined } = {},
): Template {
  const pauses = (template.pauses ?? 0) + (status === 'PAUSED' ? 1 : 0)
  const told = title ?? titleOf(template, status, pauses)
  const changed: Template = {
    ...template,
    status,
    pauses,
    pauseTitle: status === 'PAUSED' ? told : undefined,
    rejectedReason: status === 'REJECTED' ? reason : 'NONE',
    ...(status === 'APPROVED' ? { approvedMs: deps.clock.now().getTime() } : {}),
  }
  const info = otherInfo(told)
  deps.state.together(() => {
    deps.state.templates.put(template.id, changed)
    tell(deps, 'message_template_status_update', {
      event: status,
      ...namesOf(template),
      reason,
      message_template_category: template.category,
      ...info,
    })
  })
  return changed
}

/**
 * POST /{template id}/unpause: only of a pause by pacing, which does not end by itself (templates/template-pacing). How Meta says no to
 * the others is not written down; the form is a guess.
 */
export function unpauseTemplate(deps: TemplateDeps, template: Template): Fields {
  if (template.status !== 'PAUSED') {
    throw new GraphError(100, undefined, { title: '(#100) Only a paused template can be unpaused.' })
  }
  if (template.pauseTitle !== pacingPause)
    return { success: false, reason: 'The template is paused for its quality; such a pause ends by itself.' }
  setTemplateStatus(deps, template, 'APPROVED')
  return { success: true }
}

export function setTemplateQuality(deps: TemplateDeps, template: Template, quality: string): Template {
  tell(deps, 'message_template_quality_update', {
    previous_quality_score: template.quality,
    new_quality_score: quality,
    ...namesOf(template),
  })
  return deps.state.templates.put(template.id, { ...template, quality })
}

/** Meta finds that a template belongs to another category, which has another price. */
export function setTemplateCategory(deps: TemplateDeps, template: Template, category: string): Template {
  tell(deps, 'template_category_update', {
    ...namesOf(template),
    previous_category: template.category,
    new_category: category,
  })
  return deps.state.templates.put(template.id, { ...template, category })
}

function tell({ webhooks, clock }: TemplateDeps, field: string, value: Fields): void {
  webhooks.enqueue({ field, timeS: Math.floor(clock.now().getTime() / 1000), value })
}

function namesOf(template: Template): Fields {
  return {
    // A number, beyond what 32 bits hold.
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
  }
}

const descriptions: Readonly<Record<string, string>> = {
  FIRST_PAUSE: 'The template is paused for three hours because of its quality.',
  SECOND_PAUSE: 'The template is paused for six hours because of its quality.',
  RATE_LIMITING_PAUSE: 'The template is paused after the first of its messages were not liked.',
  UNPAUSE: 'The template can be sent again.',
  DISABLED: 'The template is disabled because of its quality.',
}

function titleOf(before: Template, status: string, pauses: number): string | undefined {
  if (status === 'PAUSED') return pauses > 1 ? 'SECOND_PAUSE' : 'FIRST_PAUSE'
  if (status === 'DISABLED') return 'DISABLED'
  return status === 'APPROVED' && before.status === 'PAUSED' ? 'UNPAUSE' : undefined
}

function otherInfo(title: string | undefined): Fields {
  return title === undefined ? {} : { other_info: { title, description: descriptions[title] ?? title } }
}
