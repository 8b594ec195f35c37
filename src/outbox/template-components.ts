import type { NewTemplate } from '../connectors/meta/template-api.ts'
import { findPlaceholders } from './placeholders.ts'
import type { TemplateDefinition, TemplateLanguage } from './template-definition.ts'

/** A definition in one language, in the form in which Meta is asked to make it. `hubUrl` fills `{{hub_url}}`. */
export function toNewTemplate(
  definition: TemplateDefinition,
  code: string,
  filled: { hubUrl: string; headerHandle: string | undefined },
): NewTemplate {
  const language = definition.languages[code]
  const { name, category, parameterFormat } = definition
  const components = language === undefined ? [] : toComponents(definition, language, filled)
  return { name, language: code, category, parameterFormat, components }
}

function toComponents(
  definition: TemplateDefinition,
  language: TemplateLanguage,
  { hubUrl, headerHandle }: { hubUrl: string; headerHandle: string | undefined },
): unknown[] {
  const buttons = toButtons(definition, language, hubUrl)
  return [
    ...toHeader(definition, language, headerHandle),
    { type: 'BODY', text: language.body, ...bodyExample(definition, language) },
    ...(language.footer === undefined ? [] : [{ type: 'FOOTER', text: language.footer }]),
    ...(buttons.length === 0 ? [] : [{ type: 'BUTTONS', buttons }]),
  ]
}

function toHeader(
  { headerImage }: TemplateDefinition,
  { header }: TemplateLanguage,
  headerHandle: string | undefined,
): object[] {
  if (headerImage !== undefined && headerHandle !== undefined)
    return [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: [headerHandle] } }]
  return header === undefined ? [] : [{ type: 'HEADER', format: 'TEXT', text: header }]
}

function toButtons(
  { buttons }: TemplateDefinition,
  { buttonTexts }: TemplateLanguage,
  hubUrl: string,
): object[] {
  const texts = [...buttonTexts]
  return buttons.map((button) => {
    switch (button.kind) {
      case 'copy_code':
        return { type: 'COPY_CODE', example: button.codeExample }
      case 'quick_reply':
        return { type: 'QUICK_REPLY', text: texts.shift() }
      case 'url': {
        const text = texts.shift()
        const url = button.url.replace('{{hub_url}}', hubUrl.replace(/\/+$/, ''))
        if (!url.includes('{{1}}')) return { type: 'URL', text, url }
        return { type: 'URL', text, url, example: [url.replace('{{1}}', button.suffixExample)] }
      }
    }
  })
}

function bodyExample(definition: TemplateDefinition, { body, examples }: TemplateLanguage): object {
  if (findPlaceholders(body).length === 0) return {}
  const values = definition.parameters.map((name) => ({ param_name: name, example: examples[name] ?? '' }))
  return definition.parameterFormat === 'NAMED'
    ? { example: { body_text_named_params: values } }
    : { example: { body_text: [values.map((value) => value.example)] } }
}
