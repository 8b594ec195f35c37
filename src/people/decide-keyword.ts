import { politeWords, startWords, stopSentences, stopWords } from './keyword-words.ts'
import { createPhraseFinder, expandPhrases, foldWords } from './phrases.ts'

export type Keyword = 'stop' | 'start' | 'stop_sentence'

// WhatsApp's longest text; what is longer is no keyword, and a sentence that means stop stands in it early.
const longestText = 4096

const stops = expandPhrases(Object.values(stopWords).flat())
const starts = expandPhrases(Object.values(startWords).flat())
const polite = [...expandPhrases(politeWords)]
const sentences = createPhraseFinder(Object.values(stopSentences).flat())

/**
 * What a message means for consent, in any of the product's languages: a stop or start word as the whole message, or a sentence that
 * means stop. Case, punctuation, emoji and accents do not matter. Linear in the length of the message.
 */
export function decideKeyword(text: string): Keyword | undefined {
  const folded = foldWords(text.slice(0, longestText))
  if (folded === '') return undefined
  const plain = withoutPoliteness(folded)
  if (stops.has(folded) || stops.has(plain)) return 'stop'
  if (starts.has(folded) || starts.has(plain)) return 'start'
  return sentences.isIn(folded) || sentences.isIn(plain) ? 'stop_sentence' : undefined
}

function withoutPoliteness(folded: string): string {
  const before = polite.find((words) => folded.startsWith(`${words} `))
  const rest = before === undefined ? folded : folded.slice(before.length + 1)
  const after = polite.find((words) => rest.endsWith(` ${words}`))
  return after === undefined ? rest : rest.slice(0, -after.length - 1)
}
