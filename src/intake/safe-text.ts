import { createHash } from 'node:crypto'

// PostgreSQL's text takes neither U+0000 nor half a surrogate pair, an index entry has at most 2,704 bytes, and one refused value
// would fail a whole batch. Whatever comes from outside and is stored outside of a payload goes through here.
const unstorable = /[\0\p{Surrogate}]/gu
const longestKey = 300
const longestReason = 500

/** The key itself where it can be stored and indexed, else a hash of it. Equal for equal keys, different for different ones. */
export function safeKey(key: string): string {
  return key.length <= longestKey && key.search(unstorable) === -1 ? key : `sha256:${sha256(key)}`
}

export function safeReason(reason: string): string {
  return reason.slice(0, longestReason).replace(unstorable, '\uFFFD')
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
