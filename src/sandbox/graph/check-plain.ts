import { templateFault } from './template-fault.ts'

/** Headers, footers and labels: no line breaks, no emoji, none of the signs for bold, italics and the like. Throws. */
export function checkPlain(text: string, what: string): void {
  if (/[\n\r\t*_~`]|\p{Extended_Pictographic}/u.test(text.replace(/\{\{[^{}]*\}\}/g, ''))) {
    throw templateFault('components', `${what} has line breaks, emoji or formatting characters.`)
  }
}
