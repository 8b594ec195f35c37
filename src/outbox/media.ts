import type { Media } from '../connectors/meta/wire-message.ts'

const longestFileName = 240

/** Whether Meta can find it: something was uploaded, or there is a whole address on the web to load it from. */
export function isMedia({ source, fileName = '' }: Media): boolean {
  if (fileName.length > longestFileName) return false
  return 'id' in source ? /^\w+$/.test(source.id) : isWebAddress(source.link)
}

function isWebAddress(link: string): boolean {
  return /^https?:\/\//.test(link) && URL.canParse(link)
}
