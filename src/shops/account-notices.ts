import type { Tx } from '../platform/database.ts'
import type { AccountStanding } from './account-words.ts'
import { endShown, isChanged, type NumberHold } from './decide-number-hold.ts'
import { raiseNotice, resolveNotice } from './notice-store.ts'
import type { NoticeCode } from './notices.ts'

interface NamedNumber extends NumberHold {
  shopId: number
  displayPhoneNumber: string
}

/** Tells of what keeps a number from sending since now, and closes what no longer does. */
export async function tellOfNumber(
  tx: Tx,
  before: NumberHold,
  { shopId, displayPhoneNumber: subject, ...after }: NamedNumber,
  now: Date,
): Promise<void> {
  const tell = (code: NoticeCode, details: Readonly<Record<string, unknown>> | null): Promise<unknown> =>
    details === null
      ? resolveNotice(tx, { shopId, code, subject, now })
      : raiseNotice(tx, { shopId, code, subject, details, now })
  const [stop, restriction] = [stopOf(after), restrictionOf(after)]
  if (!isSame(stop, stopOf(before))) await tell('number_stopped', stop)
  if (!isSame(restriction, restrictionOf(before))) await tell('number_restricted', restriction)
}

function stopOf({ state, stateReason, stoppedUntil }: NumberHold) {
  return state === 'active' ? null : { reason: stateReason, until: stoppedUntil?.toISOString() ?? null }
}

function restrictionOf({ restriction, restrictedUntil }: NumberHold) {
  return restrictedUntil === null
    ? null
    : { restriction, until: endShown(restrictedUntil)?.toISOString() ?? null }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Tells of what holds of an account since Meta's last word, and closes what no longer does. */
export async function tellOfAccount(
  tx: Tx,
  about: { shopId: number; wabaMetaId: string; before: AccountStanding; after: AccountStanding; now: Date },
): Promise<void> {
  const { shopId, wabaMetaId, before, after, now } = about
  for (const { parts, code, subject = wabaMetaId, detailsOf } of matters) {
    if (!isChanged(before, after, parts)) continue
    const details = detailsOf(after)
    await (details === null
      ? resolveNotice(tx, { shopId, code, subject, now })
      : raiseNotice(tx, { shopId, code, subject, details, now }))
  }
}

interface AccountMatter {
  /** Of the standing: when one of these has changed, this is told again. */
  parts: readonly (keyof AccountStanding)[]
  code: NoticeCode
  subject?: string
  /** Null: nothing to tell. */
  detailsOf: (standing: AccountStanding) => Readonly<Record<string, unknown>> | null
}

const matters: readonly AccountMatter[] = [
  {
    parts: ['reinstatedAt', 'ban', 'restrictions'],
    code: 'account_restricted',
    detailsOf: ({ ban, restrictions }) => {
      const isDisabled = ban?.reason === 'account_disabled'
      if (!isDisabled && restrictions.length === 0) return null
      return {
        ...(isDisabled ? { event: 'DISABLE', date: ban.date } : {}),
        ...(restrictions.length === 0
          ? {}
          : { restrictions: restrictions.map(({ type, until }) => ({ type, until })) }),
      }
    },
  },
  {
    parts: ['reinstatedAt', 'banToCome'],
    code: 'account_to_be_disabled',
    detailsOf: ({ banToCome }) => (banToCome === null ? null : { date: banToCome.date }),
  },
  {
    parts: ['review'],
    code: 'account_not_approved',
    detailsOf: ({ review }) => (review?.decision === 'APPROVED' ? null : { decision: review?.decision }),
  },
  {
    parts: ['offboarding'],
    code: 'account_alert',
    subject: 'ACCOUNT_OFFBOARDED',
    detailsOf: ({ offboarding }) => (offboarding?.isOver === true ? null : { event: 'ACCOUNT_OFFBOARDED' }),
  },
]
