import { asFields, asList, asText, type Fields } from '../read-values.ts'
import { countCharacters } from './count-characters.ts'
import { GraphError } from './graph-error.ts'
import type { Template } from './graph-state.ts'
import { buttonsOf, type TemplateButton } from './template-text.ts'

/** The button components of a send against the template's buttons. Throws what Meta answers. */
export function checkTemplateButtons(template: Template, given: readonly Fields[]): void {
  const buttons = buttonsOf(template)
  const filled = new Set<number>()
  for (const component of given) {
    const index = readIndex(component.index)
    const button = buttons[index]
    if (button === undefined)
      throw new GraphError(132018, `buttons: the template has no button at index ${index}`)
    if (filled.has(index)) throw new GraphError(132018, `buttons: index ${index} is given twice`)
    filled.add(index)
    checkOne(component, button, index)
  }
  buttons.forEach((button, index) => {
    if (needsParameter(button) && !filled.has(index)) {
      throw new GraphError(
        131008,
        `buttons: Button at index ${index} of type ${titleCase(button.type)} requires a parameter`,
      )
    }
  })
}

function needsParameter(button: TemplateButton): boolean {
  return button.hasSuffix || button.type === 'COPY_CODE'
}

function readIndex(index: unknown): number {
  const text = typeof index === 'number' || typeof index === 'string' ? String(index) : ''
  if (!/^\d$/.test(text))
    throw new GraphError(131008, 'buttons: index is missing or not a number from 0 to 9')
  return Number(text)
}

const parameterOf: Readonly<Record<string, { subType: string; parameter: string }>> = {
  URL: { subType: 'url', parameter: 'text' },
  QUICK_REPLY: { subType: 'quick_reply', parameter: 'payload' },
  COPY_CODE: { subType: 'copy_code', parameter: 'coupon_code' },
}

function checkOne(component: Fields, button: TemplateButton, index: number): void {
  const expected = parameterOf[button.type]
  const subType = asText(component.sub_type)?.toLowerCase()
  if (expected === undefined || subType !== expected.subType) {
    throw new GraphError(
      132018,
      `buttons: Button at index ${index} is of type ${button.type}, not ${subType ?? 'none'}`,
    )
  }
  const parameters = asList(component.parameters)
  const parameter = asFields(parameters[0]) ?? {}
  const value = asText(parameter[expected.parameter])
  if (
    parameters.length !== 1 ||
    parameter.type !== expected.parameter ||
    value === undefined ||
    value === ''
  ) {
    throw new GraphError(
      131008,
      `buttons: Button at index ${index} takes one parameter of type ${expected.parameter}`,
    )
  }
  if (button.type === 'URL') checkSuffix(button, value, index)
  if (button.type === 'COPY_CODE' && countCharacters(value) > 15) {
    throw new GraphError(132005, `buttons: the code at index ${index} is longer than 15 characters`)
  }
}

function checkSuffix(button: TemplateButton, suffix: string, index: number): void {
  if (!button.hasSuffix)
    throw new GraphError(132018, `buttons: the address at index ${index} takes no parameter`)
  if (!/^[\x21-\x7e]{1,2000}$/.test(suffix)) {
    throw new GraphError(132018, `buttons: the parameter at index ${index} is not percent-encoded`)
  }
}

function titleCase(word: string): string {
  return word.charAt(0) + word.slice(1).toLowerCase()
}
