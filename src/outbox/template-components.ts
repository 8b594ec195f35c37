import type { NewTemplate } from '../connectors/meta/template-api.ts'
import { findPlaceholders } from './placeholders.ts'
import type { TemplateDefinition, TemplateLanguage } from './template-definition.ts'

/** A definition in one language, in the form in which Meta is asked to make it. `storeUrl` fills `{{store_url}}`. */
export function toNewTemplate(
  definition: TemplateDefinition,
  code: string,
  shop: { storeUrl: string; headerHandle: string | undefined },
): NewTemplate {
  const language = definition.languages[code]
  const { name, category, parameterFormat } = definition
  const components = language === undefined ? [] : toComponents(definition, language, shop)
  return { name, language: code, category, parameterFormat, components }
}

function toComponents(
  definition: TemplateDefinition,
  language: TemplateLanguage,
  shop: { storeUrl: string; headerHandle: string | undefined },
): unknown[] {
  const { headerHandle, storeUrl } = shop
  const buttons = definition.buttons.map((button, at) => {
    const text = language.buttonTexts[at]
    if (button.kind === 'quick_reply') return { type: 'QUICK_REPLY', text }
    const url = button.url.replace('{{store_url}}', storeUrl.replace(/\/+$/, ''))
    if (!url.includes('{{1}}')) return { type: 'URL', text, url }
    return { type: 'URL', text, url, example: [url.replace('{{1}}', button.suffixExample)] }
  })
  return [
    ...(headerHandle === undefined
      ? []
      : [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: [headerHandle] } }]),
    { type: 'BODY', text: language.body, ...bodyExample(definition, language) },
    ...(language.footer === undefined ? [] : [{ type: 'FOOTER', text: language.footer }]),
    ...(buttons.length === 0 ? [] : [{ type: 'BUTTONS', buttons }]),
  ]
}

function bodyExample(definition: TemplateDefinition, { body, examples }: TemplateLanguage): object {
  if (findPlaceholders(body).length === 0) return {}
  const values = definition.parameters.map((name) => ({ param_name: name, example: examples[name] ?? '' }))
  return definition.parameterFormat === 'NAMED'
    ? { example: { body_text_named_params: values } }
    : { example: { body_text: [values.map((value) => value.example)] } }
}
