/** A text as PostgreSQL takes it, which refuses U+0000, cut to `length`; half a character (a lone surrogate) goes, too. */
export function storableText(text: string, length: number): string {
  return text.slice(0, length).replace(/[\0\p{Surrogate}]/gu, '')
}

export function storableTextOrNull(text: string | null | undefined, length: number): string | null {
  const kept = storableText(text ?? '', length)
  return kept === '' ? null : kept
}
