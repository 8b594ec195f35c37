import type { TemplateContent } from '../outbox/message.ts'
import { greetingName } from './compose-greeting.ts'
import { findPicture, findShopPath } from './compose-looks.ts'
import type { Composing } from './composing.ts'
import type { MessageItem } from './message-items-store.ts'
import { templateLanguages } from './template-languages.ts'

export interface TemplateParts {
  name: string
  /** Whose picture is shown; undefined: the template's header has none, or the shop's stand-in. */
  shown: MessageItem | undefined
  /** Where the button leads; null: to the shop. */
  leadsTo: MessageItem | null
  /** Values beside first_name and shop_name, in the language of the template. */
  valuesIn: (language: string) => Record<string, string>
}

/** A template with what all of them have in common: the greeting, the shop's name, the languages, the picture and our link. */
export function composeTemplate(about: Composing, parts: TemplateParts): TemplateContent {
  const languages = templateLanguages(about.person, about.shop.language)
  const isOtherWording = about.variant !== null && about.variant !== 'a'
  return {
    kind: 'template',
    name: parts.name,
    languages,
    ...(isOtherWording ? { variant: about.variant ?? '' } : {}),
    parameters: { first_name: greetingName(about.person.firstName), shop_name: about.shop.name },
    parametersIn: Object.fromEntries(languages.map((language) => [language, parts.valuesIn(language)])),
    headerImageUrl: findPicture(about.shop, parts.shown),
    urlSuffix: about.linkTo(parts.leadsTo?.id ?? null),
    shopPath: findShopPath(about.shop.storeUrl, parts.leadsTo),
  }
}
