import { countedAtOf } from '../../../src/outbox/purpose.ts'
import { realRules, waitAgain, type Rules } from './rules.ts'

export interface Mistake {
  about: string
  purpose: 'campaign' | 'reply'
  rules: Partial<Rules>
  finds: RegExp
}

/** Senders as they are often written, and as this one must never become: the search has to find what is wrong with each. */
export const mistakes: readonly Mistake[] = [
  {
    about: 'nothing is committed before the call',
    purpose: 'campaign',
    rules: { stamp: (row) => row },
    finds: /same marketing message twice/,
  },
  {
    about: 'what a dead sender began waits again, as queues redeliver',
    purpose: 'campaign',
    rules: { recover: (row) => (row.state === 'sending' ? waitAgain(row) : undefined) },
    finds: /same marketing message twice/,
  },
  {
    about: 'marketing that nobody answered for goes again',
    purpose: 'campaign',
    rules: { mayGoAgain: ({ sentAgainAt }) => sentAgainAt === null },
    finds: /same marketing message twice/,
  },
  {
    about: 'a reply goes again as often as nobody answers for it',
    purpose: 'reply',
    rules: { mayGoAgain: () => true },
    finds: /same reply three times/,
  },
  {
    about: 'a reply goes again only when nobody answered for its first attempt',
    purpose: 'reply',
    rules: { mayGoAgain: ({ attempt }) => attempt === 1 },
    finds: /given up, and was never sent again/,
  },
  {
    about: 'that a reply was sent again is forgotten',
    purpose: 'reply',
    rules: {
      resolve: (...given) => {
        const resolved = realRules.resolve(...given)
        return resolved && { ...resolved, sentAgainAt: null }
      },
    },
    finds: /same reply three times/,
  },
  {
    about: 'an answer is taken for that of whatever attempt is under way',
    purpose: 'reply',
    rules: {
      decideResult: (row, _, result, now) => realRules.decideResult(row, row, result, now),
    },
    finds: /same reply twice/,
  },
  {
    about: 'that an attempt was taken is believed although it has failed since and another is under way',
    purpose: 'campaign',
    rules: {
      decideResult: (row, { attempt }, result, now) =>
        realRules.decideResult(row, { attempt, callbackId: row.callbackId }, result, now),
    },
    finds: /same marketing message twice/,
  },
  {
    about: 'what is handed back waits, whatever became of it',
    purpose: 'reply',
    rules: { handBack: waitAgain },
    finds: /known as accepted, and shown as waiting/,
  },
  {
    about: 'what is handed back twice is not told from what another sender has begun since',
    purpose: 'campaign',
    rules: {
      handBack: (row, { attempt }) =>
        row.state === 'sending' && row.attempt === attempt ? waitAgain(row) : undefined,
    },
    finds: /same marketing message twice/,
  },
  {
    about: 'a second attempt travels with the id of the first, which has failed',
    purpose: 'campaign',
    rules: { stamp: (row, now) => realRules.stamp(row, now, row.callbackId) },
    finds: /end differently in another order/,
  },
  {
    about: 'silence takes back what a status has told',
    purpose: 'campaign',
    rules: {
      decideResult: (row, call, result, now) =>
        result.kind === 'unknown' ? { kind: 'uncertain' } : realRules.decideResult(row, call, result, now),
    },
    finds: /known as sent, and shown as uncertain/,
  },
  {
    about: 'the status that came last is shown',
    purpose: 'campaign',
    rules: {
      decideSettlement: (row, news) => {
        const settled = realRules.decideSettlement(row, news)
        const state = news.sentAt !== undefined ? ('sent' as const) : settled.state
        return { ...settled, state, countedAt: countedAtOf({ ...settled, state }) }
      },
    },
    finds: /end differently|is not once/,
  },
  {
    about: 'statuses find their message by the id of Meta alone',
    purpose: 'campaign',
    rules: { finds: (row, { wamid }) => row.wamid === wamid },
    finds: /shown as/,
  },
  {
    about: 'nobody looks for what dead senders began',
    purpose: 'campaign',
    rules: { recover: () => undefined },
    finds: /stays sending for ever/,
  },
  {
    about: 'the stamp has no lease',
    purpose: 'campaign',
    rules: { stamp: (...given) => ({ ...realRules.stamp(...given), lease: 0 }) },
    finds: /stays sending for ever/,
  },
  {
    about: 'what is uncertain stays so until a status comes',
    purpose: 'campaign',
    rules: { resolve: () => undefined },
    finds: /stays uncertain for ever/,
  },
]
