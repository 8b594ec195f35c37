/** As Meta counts: an emoji is one character and not two units of UTF-16. */
export function countCharacters(text: string): number {
  return Array.from(text).length
}
