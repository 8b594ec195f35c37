import type { Content } from '../outbox/message.ts'
import { wordName, wordPrice } from './compose-wording.ts'
import type { Composing } from './composing.ts'
import type { MessageItem } from './message-items-store.ts'
import { templateLanguages } from './template-languages.ts'

const dayMs = 86_400_000
const longestText = 4096

/** Meta's stop forbids templates; within 24 hours of the person's own message a free text answers what they asked for. */
export function needsFreeText({ person, now, isAlert }: Composing): boolean {
  const isInside = person.lastInboundAt !== null && now.getTime() - person.lastInboundAt.getTime() < dayMs
  return isAlert && person.metaStop && isInside
}

/** The same in every language: names, prices and addresses. */
export function composeFreeText({ shop, person }: Composing, items: readonly MessageItem[]): Content {
  const [language = 'en'] = templateLanguages(person, shop.language)
  const lines = items.map((item) =>
    [wordName(item.name), wordPrice(item, language), item.permalink ?? shop.storeUrl ?? '']
      .filter((part) => part !== '')
      .join(' · '),
  )
  return { kind: 'text', body: fit([`${shop.name} ✓`, ...lines]).join('\n') }
}

function fit(lines: readonly string[]): readonly string[] {
  return lines.join('\n').length <= longestText ? lines : fit(lines.slice(0, -1))
}
