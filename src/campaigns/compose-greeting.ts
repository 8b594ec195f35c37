import { storableText } from '../people/storable-text.ts'
import { cutText } from './compose-cut.ts'

const longest = 30

/**
 * The first word of a name that has letters, fit to greet somebody with: up to 30 characters, letters of any script and what stands
 * between them. '' for what is no name (a number, an address, a link, signs only): the template's own greeting is used then.
 */
export function greetingName(name: string | null): string {
  const words = storableText(name ?? '', 200)
    .normalize('NFC')
    .split(/\s+/)
  const word = words.find((one) => /\p{L}/u.test(one)) ?? ''
  // "ana@…" comes from forms that ask for one thing and get another; "shop.example" would become a link.
  if (/@|\/|\p{N}.*\p{N}.*\p{N}|\p{L}{2}\.\p{L}{2}/u.test(word)) return ''
  const kept = word
    .replace(/[^\p{L}\p{M}\p{N}'’.\-\u200c\u200d]/gu, '')
    .replace(/^[^\p{L}]+|[^\p{L}\p{M}.]+$/gu, '')
  return cutText(kept, longest)
}
