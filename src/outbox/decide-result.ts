import type { SendResult } from '../connectors/meta/cloud-api.ts'
import type { Ledger, News } from './decide-settlement.ts'

/** The request that was made: which attempt it was, and the id that it travelled with. */
export interface CallMade {
  attempt: number
  callbackId: string
}

/** What the answer to a request means for its message, as the message stands when the answer is written down. */
export type ResultDecision = { kind: 'ignore' } | { kind: 'news'; news: News } | { kind: 'uncertain' }

const ignore: ResultDecision = { kind: 'ignore' }

/**
 * A status may have told more in the meantime, the message may have been given up as uncertain, and another attempt may be under
 * way: what is known is never taken back, and an answer speaks only of its own attempt. The same answer twice changes nothing.
 */
export function decideResult(
  before: Ledger & { callbackId: string },
  call: CallMade,
  result: SendResult,
  now: Date,
): ResultDecision {
  const isThisAttempt = before.attempt === call.attempt
  switch (result.kind) {
    case 'accepted':
      // Another id: that attempt has failed since, and whatever is known now is of the one after it. The same id and another attempt:
      // nobody knew what had come of the first when it was sent again, and here is the answer. A second under way has its own to come.
      if (before.callbackId !== call.callbackId) return ignore
      if (before.state === 'sending' && !isThisAttempt) return ignore
      return { kind: 'news', news: newsOfAccepted(result, now) }
    case 'refused':
      if (!isThisAttempt || !isOpen(before)) return ignore
      return { kind: 'news', news: newsOfRefused(result, now) }
    case 'unknown':
      return isThisAttempt && before.state === 'sending' ? { kind: 'uncertain' } : ignore
  }
}

function newsOfAccepted(
  { wamid, messageStatus }: Extract<SendResult, { kind: 'accepted' }>,
  now: Date,
): News {
  return { acceptedAt: now, wamid, ...(messageStatus === undefined ? {} : { messageStatus }) }
}

function newsOfRefused(
  { code, details, waitSeconds }: Extract<SendResult, { kind: 'refused' }>,
  now: Date,
): News {
  const failure = { at: now, code, details: details.replaceAll('\0', '') }
  return { failure: { ...failure, ...(waitSeconds === undefined ? {} : { waitSeconds }) } }
}

/** Nobody knows yet, or nobody knew, what came of it; a refusal that comes late tells. */
function isOpen({ state }: Ledger): boolean {
  return state === 'sending' || state === 'uncertain' || state === 'outcome_unknown'
}
