import { toNewTemplate } from '../../../src/outbox/template-components.ts'
import type { TemplateDefinition } from '../../../src/outbox/template-definition.ts'
import type { Template } from '../../../src/outbox/template.ts'
import { unmade } from '../../../src/outbox/template-states.ts'

const syncedAt = new Date('2026-03-02T12:00:00Z')

/** A template of ours as an account has it, approved and past its ramp-up. */
export function approvedTemplate(
  definition: TemplateDefinition,
  language: string,
  over: Partial<Template> = {},
): Template {
  const { category, parameterFormat, components } = toNewTemplate(definition, language, {
    hubUrl: 'https://hub.example/',
    headerHandle: definition.headerImage,
  })
  return {
    ...unmade,
    id: 1,
    shopId: 1,
    wabaId: 1,
    metaId: '1',
    name: definition.name,
    language,
    category,
    acceptedCategory: category,
    parameterFormat,
    components: components as Template['components'],
    status: 'APPROVED',
    usableSince: syncedAt,
    syncedAt,
    ...over,
  }
}
