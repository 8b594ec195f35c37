import { asFields, asList, asText, type Fields } from '../read-values.ts'
import type { GraphState, LoggedMessage, Template } from '../graph/graph-state.ts'
import { componentOf, fillIn, placesIn } from '../graph/template-text.ts'

/** The addresses that a person can tap in a message: a template's buttons in order, a call to action, or what stands in its text. */
export function linksIn({ templates }: Pick<GraphState, 'templates'>, message: LoggedMessage): string[] {
  if (message.type !== 'template') return [...callsToAction(message.content), ...addressesIn(message.shown)]
  const template = templateOf(templates.all(), message.content)
  if (template === undefined) return []
  return buttonsOf(template).flatMap((button, index) => {
    const url = asText(button.url)
    if (asText(button.type)?.toUpperCase() !== 'URL' || url === undefined) return []
    const suffix = parameterOf(message.content, { subType: 'url', index })?.text
    return fillIn(url, new Map(placesIn(url).map((place) => [place, asText(suffix) ?? ''])))
  })
}

/** The code behind a message's button "Copy code". */
export function couponCodeIn(message: LoggedMessage): string | undefined {
  return asText(parameterOf(message.content, { subType: 'copy_code' })?.coupon_code)
}

function templateOf(templates: readonly Template[], content: Fields): Template | undefined {
  const language = asText(asFields(content.language)?.code)
  return templates.find((one) => one.name === content.name && one.language === language)
}

function buttonsOf(template: Template): Fields[] {
  return asList(componentOf(template, 'BUTTONS')?.buttons).map((button) => asFields(button) ?? {})
}

function parameterOf(content: Fields, wanted: { subType: string; index?: number }): Fields | undefined {
  const component = asList(content.components)
    .map((one) => asFields(one) ?? {})
    .find(
      (one) =>
        asText(one.sub_type)?.toLowerCase() === wanted.subType &&
        (wanted.index === undefined || Number(one.index) === wanted.index),
    )
  return asFields(asList(component?.parameters)[0])
}

function callsToAction(content: Fields): string[] {
  const url = asText(asFields(asFields(content.action)?.parameters)?.url)
  return url === undefined ? [] : [url]
}

function addressesIn(text: string): string[] {
  return text.match(/https?:\/\/[^\s<>"]+/g) ?? []
}
