import type { Effect, Failure, StopScope } from '../connectors/meta/failure-table.ts'
import { countRefusals } from '../people/unreachable-store.ts'
import type { Tx } from '../platform/database.ts'
import { raiseNotice } from '../shops/notice-store.ts'
import type { NoticeCode } from '../shops/notices.ts'
import { holdContact } from './contact-pace-store.ts'
import { retryWaitMs, type Ledger } from './decide-settlement.ts'
import { listCountriesOf, listNumberNames, pickOnePerTemplate } from './failure-store.ts'
import { groupBy } from './group-by.ts'
import { pauseNumber, slowDown } from './pace-store.ts'
import { listIdentitiesSentTo } from './sent-identity-store.ts'
import { stopTemplateOfMessage } from './stop-template.ts'

export interface NumberStop {
  shopId: number
  phoneNumberId: number
  /** How much of what the shop sends with stops: this number, all of its account, all of the shop. */
  scope: StopScope
  code: number | null
  reason: Failure['reason']
  /** Meta's words. */
  details: string | null
  now: Date
}

export interface FailureDeps {
  /** Meta says that this person has stopped marketing (error 131050). */
  onMetaStop: (tx: Tx, stop: { shopId: number; personId: number; now: Date }) => Promise<void>
  /** Meta will take nothing more until somebody has looked. */
  onNumberStop: (tx: Tx, stop: NumberStop) => Promise<void>
  /** An error code that is in no table. */
  onUnknownCode?: (report: { shopId: number; code: number; details: string | null }) => void
}

export interface FailedMessage {
  ledger: Ledger
  failure: Failure
  /** Meta's own word on how long it takes nothing. */
  waitSeconds: number | undefined
}

type Follow = (tx: Tx, deps: FailureDeps, failed: readonly FailedMessage[], now: Date) => Promise<void>

/** Does what failures say beyond their messages, once for each person, template, number and account, however many failed alike. */
export async function followFailures(
  tx: Tx,
  deps: FailureDeps,
  failed: readonly FailedMessage[],
  now: Date,
): Promise<void> {
  for (const kind of order) {
    const alike = failed.filter(({ failure }) => failure.effect?.kind === kind)
    if (alike.length > 0) await follow[kind](tx, deps, alike, now)
  }
}

// Always in this order, so that two sets of news lock people, templates, numbers and notices alike.
const order: readonly Effect['kind'][] = [
  'opt_out',
  'count_refusal',
  'stop_template',
  'hold_person',
  'slow_number',
  'pause',
  'stop',
  'restrict_country',
  'report',
]

const follow: Readonly<Record<Effect['kind'], Follow>> = {
  opt_out: async (tx, deps, failed, now) => {
    for (const { ledger } of oneEach(failed, ({ ledger }) => ledger.personId)) {
      await deps.onMetaStop(tx, { shopId: ledger.shopId, personId: ledger.personId, now })
    }
  },
  count_refusal: async (tx, _, failed, now) => {
    // What had arrived before is not out of reach, whatever is said of it later.
    const ended = failed.filter(({ ledger }) => ledger.state === 'failed')
    const refused = await listIdentitiesSentTo(tx, idsOf(ended), { refused: false })
    if (refused.length > 0) await countRefusals(tx, refused, now)
  },
  stop_template: async (tx, _, failed, now) => {
    const picked = await pickOnePerTemplate(tx, idsOf(failed))
    for (const { ledger, failure } of failed) {
      if (failure.effect?.kind !== 'stop_template' || !picked.includes(ledger.id)) continue
      const stop = { status: failure.effect.status, reason: `error ${ledger.errorCode ?? 0}`, now }
      await stopTemplateOfMessage(tx, ledger, stop)
    }
  },
  hold_person: async (tx, _, failed, now) => {
    for (const { ledger, failure } of oneEach(failed, ({ ledger }) => ledger.personId)) {
      // The state is decided: a message that waits for another attempt is one further.
      const attempt = ledger.state === 'waiting' ? ledger.attempt - 1 : ledger.attempt
      const until = new Date(now.getTime() + (retryWaitMs(failure.then, attempt) ?? 0))
      await holdContact(tx, { phoneNumberId: ledger.phoneNumberId, personId: ledger.personId, until, now })
    }
  },
  slow_number: async (tx, _, failed, now) => {
    for (const one of oneEach(failed, numberOf)) {
      await slowDown(tx, one.ledger.phoneNumberId)
      await noticeOfNumber(tx, 'number_slowed', one, now)
    }
  },
  pause: async (tx, _, failed, now) => {
    for (const one of oneEach(failed.toSorted(longestFirst), numberOf)) {
      const { ledger, failure } = one
      const wholeAccount = failure.effect?.kind === 'pause' && failure.effect.scope === 'account'
      const pause = { seconds: pauseSecondsOf(one), reason: failure.reason, wholeAccount }
      await pauseNumber(tx, ledger.phoneNumberId, pause)
      await noticeOfNumber(tx, 'number_paused', one, now)
    }
  },
  stop: async (tx, deps, failed, now) => {
    for (const { ledger, failure } of oneEach(failed.toSorted(widestFirst), numberOf)) {
      const { shopId, phoneNumberId, errorCode: code, errorDetails: details } = ledger
      const stop = { shopId, phoneNumberId, scope: scopeOf(failure), code, details, now }
      await deps.onNumberStop(tx, { ...stop, reason: failure.reason })
    }
  },
  restrict_country: async (tx, _, failed, now) => {
    for (const { shopId, ...details } of await listCountriesOf(tx, idsOf(failed))) {
      const subject = `${details.country} (${details.account})`
      await raiseNotice(tx, { shopId, code: 'country_restricted', subject, details, now })
    }
  },
  report: async (tx, deps, failed, now) => {
    for (const [shopId, ofShop] of groupBy(failed, ({ ledger }) => ledger.shopId)) {
      for (const { ledger } of oneEach(ofShop, ({ ledger }) => ledger.errorCode ?? 0)) {
        const code = ledger.errorCode ?? 0
        const details = { code, details: ledger.errorDetails }
        deps.onUnknownCode?.({ shopId, ...details })
        await raiseNotice(tx, { shopId, code: 'unknown_error_code', subject: String(code), details, now })
      }
    }
  },
}

/** The first for each key, in the order of the keys. */
function oneEach(
  failed: readonly FailedMessage[],
  key: (one: FailedMessage) => number,
): readonly FailedMessage[] {
  const firsts = [...groupBy(failed, key).values()].flatMap((alike) => alike.slice(0, 1))
  return firsts.sort((one, other) => key(one) - key(other))
}

function numberOf({ ledger }: FailedMessage): number {
  return ledger.phoneNumberId
}

function longestFirst(one: FailedMessage, other: FailedMessage): number {
  return pauseSecondsOf(other) - pauseSecondsOf(one)
}

function pauseSecondsOf({ failure: { effect }, waitSeconds }: FailedMessage): number {
  return effect?.kind === 'pause' ? (waitSeconds ?? effect.seconds) : 0
}

const widths: readonly StopScope[] = ['shop', 'account', 'number']

function widestFirst(one: FailedMessage, other: FailedMessage): number {
  return widths.indexOf(scopeOf(one.failure)) - widths.indexOf(scopeOf(other.failure))
}

function scopeOf({ effect }: Failure): StopScope {
  return effect?.kind === 'stop' ? effect.scope : 'number'
}

/** Tells of a number that goes slower, or not for a while. */
export async function noticeOfNumber(
  tx: Tx,
  code: NoticeCode,
  {
    ledger,
    failure,
  }: {
    ledger: Pick<Ledger, 'shopId' | 'phoneNumberId' | 'errorCode' | 'errorDetails'>
    failure: Failure
  },
  now: Date,
): Promise<void> {
  const [number] = await listNumberNames(tx, [ledger.phoneNumberId])
  const details = { code: ledger.errorCode, reason: failure.reason, details: ledger.errorDetails }
  await raiseNotice(tx, { shopId: ledger.shopId, code, subject: number?.name ?? '', details, now })
}

function idsOf(failed: readonly FailedMessage[]): number[] {
  return failed.map(({ ledger }) => ledger.id)
}
