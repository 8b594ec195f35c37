// Meta's webhooks come late, twice and in any order. Of each matter of an account its last word is kept, by Meta's own time; what holds is
// read out of all of them together, so that the same webhooks mean the same in whatever order they came.

/** `until` is of restrictions; null: until Meta lifts it. `text` is Meta's: a date, a decision. */
export interface AccountWord {
  matter: string
  at: Date
  until?: Date | null
  text?: string
}

/** By their matter, as they are kept (JSON): times as ISO text. */
export type AccountWords = Readonly<Record<string, { at: string; until?: string | null; text?: string }>>

/** state_reason of numbers that are stopped because of their account. */
export type AccountStop = 'account_restricted' | 'account_disabled' | 'account_deleted'

export interface InForce {
  /** When Meta said so. */
  at: string
  /** Null: until Meta lifts it. */
  until: string | null
}

/** What holds of an account at a time; null where nothing does. */
export interface AccountStanding {
  /** When Meta last lifted everything. */
  reinstatedAt: string | null
  ban: { at: string; reason: AccountStop; date: string } | null
  /** Of what the business begins, and of answers. */
  begin: InForce | null
  answer: InForce | null
  /** Those two and all others, by type. */
  restrictions: readonly (InForce & { type: string })[]
  banToCome: { at: string; date: string } | null
  review: { at: string; decision: string } | null
  offboarding: { at: string; isOver: boolean } | null
}

const restriction = 'restriction:'
export const stopsBeginning = 'RESTRICTED_BIZ_INITIATED_MESSAGING'
const stopsAnswers = 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING'

export function matterOfRestriction(type: string): string {
  return `${restriction}${type}`
}

/** Of each matter the later word; of one second's, the one that stops more. */
export function addWords(known: AccountWords, said: readonly AccountWord[]): AccountWords {
  const words = new Map(Object.entries(known))
  for (const { matter, at, until, text } of said) {
    const word = {
      at: at.toISOString(),
      ...(until === undefined ? {} : { until: until?.toISOString() ?? null }),
      ...(text === undefined ? {} : { text }),
    }
    const before = words.get(matter)
    if (before === undefined || isLater(word, before)) words.set(matter, word)
  }
  return Object.fromEntries(words)
}

type Word = AccountWords[string]

function isLater(word: Word, before: Word): boolean {
  if (word.at !== before.at) return word.at > before.at
  const [end, endBefore] = [word, before].map(({ until }) => (until === null ? '~' : (until ?? '')))
  if (end !== endBefore) return (end ?? '') > (endBefore ?? '')
  // Of two decisions REJECTED is the greater, and APPROVED the least.
  return (word.text ?? '') > (before.text ?? '')
}

/** Words of one second: what stops holds against what lifts. */
export function standingOf(words: AccountWords, now: Date): AccountStanding {
  const reinstatedAt = words['reinstated']?.at ?? null
  const standing = (matter: string): Word | undefined => {
    const word = words[matter]
    return word === undefined || word.at < (reinstatedAt ?? '') ? undefined : word
  }
  const ban = banOf(standing('disabled'), standing('deleted'))
  const restrictions = Object.keys(words)
    .filter((matter) => matter.startsWith(restriction))
    .sort()
    .flatMap((matter) => {
      const { at, until = null } = standing(matter) ?? {}
      const isInForce = at !== undefined && (until === null || until > now.toISOString())
      return isInForce ? [{ type: matter.slice(restriction.length), at, until }] : []
    })
  const ofType = (wanted: string): InForce | null => {
    const found = restrictions.find(({ type }) => type === wanted)
    return found === undefined ? null : { at: found.at, until: found.until }
  }
  const coming = standing('to_be_disabled')
  const review = words['review']
  return {
    reinstatedAt,
    ban,
    begin: ofType(stopsBeginning),
    answer: ofType(stopsAnswers),
    restrictions,
    banToCome:
      coming === undefined || coming.at < (ban?.at ?? '') ? null : { at: coming.at, date: coming.text ?? '' },
    review: review === undefined ? null : { at: review.at, decision: review.text ?? '' },
    offboarding: offboardingOf(words),
  }
}

function banOf(disabled: Word | undefined, deleted: Word | undefined): AccountStanding['ban'] {
  if (deleted !== undefined && deleted.at >= (disabled?.at ?? ''))
    return { at: deleted.at, reason: 'account_deleted', date: '' }
  return disabled === undefined
    ? null
    : { at: disabled.at, reason: 'account_disabled', date: disabled.text ?? '' }
}

function offboardingOf(words: AccountWords): AccountStanding['offboarding'] {
  const [gone, back] = [words['offboarded'], words['reconnected']]
  if (back !== undefined && back.at > (gone?.at ?? '')) return { at: back.at, isOver: true }
  return gone === undefined ? null : { at: gone.at, isOver: false }
}
