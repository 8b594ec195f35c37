import { asText, type Fields } from '../read-values.ts'
import { checkPlain } from './check-plain.ts'
import { countCharacters } from './count-characters.ts'
import { templateFault } from './template-fault.ts'
import { placesIn, textOf } from './template-text.ts'

const known = [
  'URL',
  'QUICK_REPLY',
  'PHONE_NUMBER',
  'COPY_CODE',
  'CATALOG',
  'MPM',
  'SPM',
  'FLOW',
  'REQUEST_CONTACT_INFO',
]

/** At most ten, two of them addresses, quick replies side by side, labels of up to 25 characters (templates/components). Throws. */
export function checkNewButtons(buttons: readonly Fields[]): void {
  const types = buttons.map(({ type }) => asText(type)?.toUpperCase() ?? '')
  const count = (wanted: string): number => types.filter((type) => type === wanted).length
  const unknown = types.find((type) => !known.includes(type))
  if (unknown !== undefined) throw templateFault('components', `A button of type "${unknown}" is not known.`)
  if (types.length > 10) throw templateFault('components', 'A template has at most 10 buttons.')
  if (count('URL') > 2) throw templateFault('components', 'A template has at most 2 buttons with an address.')
  if (count('PHONE_NUMBER') > 1)
    throw templateFault('components', 'A template has at most one button with a phone number.')
  if (count('COPY_CODE') > 1)
    throw templateFault('components', 'A template has at most one button that copies a code.')
  const first = types.indexOf('QUICK_REPLY')
  if (first !== -1 && types.lastIndexOf('QUICK_REPLY') - first + 1 !== count('QUICK_REPLY')) {
    throw templateFault('components', 'Quick replies do not stand side by side.')
  }
  const labels = buttons.map(textOf).filter((label) => label !== '')
  if (new Set(labels).size !== labels.length)
    throw templateFault('components', 'Two buttons have the same label.')
  buttons.forEach((button, at) => checkButton(button, types[at] ?? ''))
}

function checkButton(button: Fields, type: string): void {
  const label = textOf(button)
  if (type !== 'COPY_CODE' && label === '') throw templateFault('components', 'A button has no label.')
  if (countCharacters(label) > 25)
    throw templateFault('too_long', 'The label of a button is longer than 25 characters.')
  if (placesIn(label).length > 0)
    throw templateFault('components', 'The label of a button takes no parameter.')
  checkPlain(label, 'The label of a button')
  if (type === 'URL') checkAddress(button)
  if (type === 'COPY_CODE') checkCode(button)
}

function checkCode(button: Fields): void {
  const example = asText(firstOf(button.example)) ?? ''
  if (example.trim() === '') throw templateFault('example', 'A button that copies a code needs an example.')
  if (countCharacters(example) > 15)
    throw templateFault('too_long', 'The example of a code is longer than 15 characters.')
}

function firstOf(example: unknown): unknown {
  return Array.isArray(example) ? (example[0] as unknown) : example
}

function checkAddress(button: Fields): void {
  const url = asText(button.url) ?? ''
  if (!/^https?:\/\/\S+$/.test(url) || url.length > 2000) {
    throw templateFault('components', 'The address of a button is not valid.')
  }
  const places = placesIn(url)
  if (places.length === 0) return
  if (places.length > 1 || places[0] !== '1' || !url.endsWith('}}')) {
    throw templateFault('components', 'The address of a button takes one parameter, {{1}}, at its end.')
  }
  const example = firstOf(button.example)
  if (typeof example !== 'string' || example === '') {
    throw templateFault('example', 'An address with a parameter needs an example.')
  }
}
