import type { Fault } from '../platform/errors.ts'
import type { TemplateDefinition, TemplateLanguage } from './template-definition.ts'
import { when } from './template-fault.ts'
import { countCharacters, hasDecoration } from './template-text-rules.ts'

const limits = { buttons: 10, urls: 2, url: 2000, codes: 1, code: 15, text: 25 }

type Button = TemplateDefinition['buttons'][number]

function allOf<Kind extends Button['kind']>(
  buttons: readonly Button[],
  kind: Kind,
): Extract<Button, { kind: Kind }>[] {
  return buttons.filter((button): button is Extract<Button, { kind: Kind }> => button.kind === kind)
}

export function findButtonFaults({ buttons }: TemplateDefinition): Fault[] {
  const urls = allOf(buttons, 'url')
  const codes = allOf(buttons, 'copy_code')
  const quick = allOf(buttons, 'quick_reply')
  const kinds = buttons.map((button) => button.kind)
  const span = kinds.lastIndexOf('quick_reply') - kinds.indexOf('quick_reply') + 1
  return when('buttons', [
    [buttons.length > limits.buttons, `may be at most ${limits.buttons}`],
    [urls.length > limits.urls, `may hold at most ${limits.urls} links`],
    [codes.length > limits.codes, 'may hold at most one that copies a code'],
    [quick.length > 0 && span !== quick.length, 'must keep quick replies together'],
    [
      urls.some(({ url }) => !/^(?:\{\{hub_url\}\}|https:\/\/[^{}\s])/.test(url) || /\s/.test(url)),
      'must lead to {{hub_url}} or to an address with https',
    ],
    [urls.some(({ url }) => url.length > limits.url), `may hold links of at most ${limits.url} characters`],
    [
      urls.some(({ url }) => hasMisplacedVariable(url)),
      'may have one variable, {{1}}, and only at the end of the link',
    ],
    [
      urls.some(({ url, suffixExample }) => url.includes('{{1}}') && !/^[\x21-\x7e]+$/.test(suffixExample)),
      'must have an example of how the link ends, as it stands in an address',
    ],
    [
      codes.some(({ codeExample }) => !/^[A-Za-z0-9_-]{1,15}$/.test(codeExample)),
      `must have an example of a code: 1 to ${limits.code} letters and digits`,
    ],
    [!quick.some(({ role }) => role === 'opt_out'), 'must have one that ends marketing (role opt_out)'],
  ])
}

function hasMisplacedVariable(url: string): boolean {
  const rest = url.replace('{{hub_url}}', '').replace(/\{\{1\}\}$/, '')
  return rest.includes('{{')
}

export function findButtonTextFaults(
  { buttons }: TemplateDefinition,
  { buttonTexts }: TemplateLanguage,
): Fault[] {
  return when('buttonTexts', [
    [
      buttonTexts.length !== buttons.length - allOf(buttons, 'copy_code').length,
      'must be one for each button; not for one that copies a code, which WhatsApp words itself',
    ],
    [
      buttonTexts.some((text) => text.trim() === '' || countCharacters(text) > limits.text),
      `must have 1 to ${limits.text} characters`,
    ],
    [buttonTexts.some(hasDecoration), 'may have no parameters, line breaks, emoji and no * _ ~ `'],
    [new Set(buttonTexts).size !== buttonTexts.length, 'must differ from each other'],
  ])
}
