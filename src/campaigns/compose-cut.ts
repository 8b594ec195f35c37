const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** At most `longest` characters, none of them cut in half: a letter stays with its signs, an emoji whole. */
export function cutText(text: string, longest: number): string {
  if (text.length <= longest) return text
  const cut = graphemes.segment(text).containing(longest)?.index ?? longest
  return text.slice(0, cut)
}
