import type { Fault } from '../platform/errors.ts'
import { findButtonFaults, findButtonTextFaults } from './template-button-rules.ts'
import type { TemplateDefinition, TemplateLanguage } from './template-definition.ts'
import { when } from './template-fault.ts'
import { isKnownToMeta } from './template-language-codes.ts'
import {
  findBodyFaults,
  findDefaultFaults,
  findExampleFaults,
  findFooterFaults,
  findHeaderFaults,
} from './template-text-rules.ts'

const longestName = 512

/**
 * What Meta refuses a template for (templates/components, templates/template-management), on creation or, days later, in review; here
 * it is found when the app starts. And what we ask for beyond that: every marketing template has a button that ends marketing.
 */
export function findTemplateFaults(definition: TemplateDefinition): Fault[] {
  return [
    ...findNameFaults(definition),
    ...when('category', [
      [definition.category !== 'MARKETING', 'must be MARKETING: Meta moves or refuses what sells as utility'],
    ]),
    ...when('headerImage', [
      [!/\.(?:png|jpe?g)$/i.test(definition.headerImage ?? 'x.png'), 'must be a PNG or a JPEG'],
    ]),
    ...findButtonFaults(definition),
    ...when('languages', [[Object.keys(definition.languages).length === 0, 'must be one at least']]),
    ...Object.entries(definition.languages).flatMap(([code, language]) =>
      findLanguageFaults(definition, code, language),
    ),
  ]
}

function findNameFaults({ name, parameters, parameterFormat }: TemplateDefinition): Fault[] {
  return [
    ...when('name', [
      [!/^[a-z0-9_]+$/.test(name) || name.length > longestName, 'may only have small letters, digits and _'],
    ]),
    ...when('parameters', [
      [
        parameterFormat === 'NAMED' && parameters.some((parameter) => !/^[a-z][a-z0-9_]*$/.test(parameter)),
        'may only have small letters, digits and _, and begin with a letter',
      ],
      [new Set(parameters).size !== parameters.length, 'may not name one twice'],
    ]),
  ]
}

function findLanguageFaults(
  definition: TemplateDefinition,
  code: string,
  language: TemplateLanguage,
): Fault[] {
  if (!isKnownToMeta(code)) return [{ where: code, message: 'is not a language of Meta’s list' }]
  const faults = [
    ...findHeaderFaults(definition, language),
    ...findBodyFaults(definition, language),
    ...findFooterFaults(language),
    ...findButtonTextFaults(definition, language),
    ...findExampleFaults(definition, language),
    ...findDefaultFaults(definition, language),
  ]
  return faults.map((fault) => ({ ...fault, where: `${code}.${fault.where}` }))
}
