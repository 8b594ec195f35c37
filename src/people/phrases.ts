/**
 * A text as plain words for comparison: lower case, accents and other signs that writers leave out dropped (Latin accents, Arabic vowel
 * signs and hamzas, invisible joiners, emoji variants), apostrophes closed up, everything else that is no letter or digit a space.
 */
export function foldWords(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[\u0300-\u036f\u0640\u064b-\u065f\u0670\ufe00-\ufe0f\u20e3\p{Cf}]/gu, '')
    .replace(/['’‘`´]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
}

/** "stop (sending|texting) (me|us)" stands for four phrases; written as people write, folded here. */
export function expandPhrases(patterns: readonly string[]): Set<string> {
  return new Set(patterns.flatMap(expand).map(foldWords))
}

function expand(pattern: string): string[] {
  const parts = pattern.match(/\([^)]*\)|[^()]+/g) ?? []
  const choices = parts.map((part) => (part.startsWith('(') ? part.slice(1, -1).split('|') : [part]))
  return choices.reduce<string[]>(
    (phrases, options) => phrases.flatMap((phrase) => options.map((option) => phrase + option)),
    [''],
  )
}

export interface PhraseFinder {
  isIn(foldedText: string): boolean
}

/** Finds whole words, in time linear in the text: each run of words up to the longest phrase is looked up once. */
export function createPhraseFinder(patterns: readonly string[]): PhraseFinder {
  const phrases = expandPhrases(patterns)
  const longest = Math.max(...[...phrases].map((phrase) => phrase.split(' ').length))
  return {
    isIn: (foldedText) => {
      const words = foldedText.split(' ')
      return words.some((_, from) => {
        for (let length = 1; length <= longest && from + length <= words.length; length++) {
          if (phrases.has(words.slice(from, from + length).join(' '))) return true
        }
        return false
      })
    },
  }
}
