import type { Tx } from '../platform/database.ts'
import { tellOfAccount, tellOfNumber } from './account-notices.ts'
import {
  lockNumbersOfAccount,
  lockWords,
  saveHolds,
  saveRate,
  saveTier,
  saveWords,
  type AccountNumber,
  type TierChange,
} from './account-update-store.ts'
import { addWords, standingOf, type AccountWord } from './account-words.ts'
import { decideAccountUpdate, type AccountChange } from './decide-account-update.ts'
import { followStanding, isChanged, type NumberHold } from './decide-number-hold.ts'
import { clocksDifferMs, isNews } from './latest-word.ts'
import { raiseNotice } from './notice-store.ts'

export interface AccountDeps {
  /** Nothing starts from a number for so long. */
  pauseNumber: (
    tx: Tx,
    phoneNumberId: number,
    pause: { seconds: number; reason: string; wholeAccount: boolean },
  ) => Promise<void>
  /** What was put off until a restriction's end may be looked at again. */
  release: (tx: Tx, which: { shopId: number; reasons: readonly string[] }, now: Date) => Promise<unknown>
  onTierChanged: (tx: Tx, change: TierChange, now: Date) => Promise<void>
}

export interface AccountUpdate {
  shopId: number
  wabaMetaId: string
  field: string
  value: unknown
  /** Meta's time of it; undefined where it names none. */
  at: Date | undefined
  /** When it was received. */
  now: Date
}

const upgradedRate = 1_000
// Meta: a number may be unusable for up to a minute while its rate is raised.
const upgradeSeconds = 60

/**
 * Does what a webhook about an account, its numbers or its portfolio means. `nothing_to_do`: nothing of it concerns sending; `outdated`: it
 * is over, or Meta has said more since.
 */
export async function applyAccountUpdate(
  tx: Tx,
  deps: AccountDeps,
  update: AccountUpdate,
): Promise<'done' | 'nothing_to_do' | 'outdated'> {
  const changes = decideAccountUpdate(update.field, update.value)
  if (changes.length === 0) return 'nothing_to_do'
  const about = { ...update, at: timeOf(update) }
  const words = changes.flatMap((change) => (change.kind === 'word' ? [{ ...change, at: about.at }] : []))
  let isDone = words.length > 0 && (await applyWords(tx, deps, about, words))
  for (const change of changes) isDone = (await apply(tx, deps, about, change)) || isDone
  return isDone ? 'done' : 'outdated'
}

type About = AccountUpdate & { at: Date }

// A time to come would make everything outdated until then.
function timeOf({ at, now }: AccountUpdate): Date {
  return new Date(Math.min((at ?? now).getTime(), now.getTime() + clocksDifferMs))
}

/** Each answers whether it was news. */
async function apply(tx: Tx, deps: AccountDeps, about: About, change: AccountChange): Promise<boolean> {
  const { shopId, wabaMetaId, at, now } = about
  switch (change.kind) {
    case 'word':
      return false
    case 'tier': {
      const said = await saveTier(tx, wabaMetaId, { tier: change.tier, at }, now)
      if (said !== undefined && said.before !== said.after) await deps.onTierChanged(tx, said, now)
      return said !== undefined
    }
    case 'upgrade':
      return upgrade(tx, deps, about, change.number)
    case 'tell':
      await raiseNotice(tx, {
        shopId,
        code: change.code,
        subject: change.subject,
        details: change.details,
        now,
      })
      return true
  }
}

async function upgrade(
  tx: Tx,
  deps: AccountDeps,
  { wabaMetaId, at, now }: About,
  digits: string,
): Promise<boolean> {
  const number = findNamed(await lockNumbersOfAccount(tx, wabaMetaId), digits)
  if (number === undefined || !isNews(number.rateAt, { at }, true)) return false
  await saveRate(tx, number.id, { perSecond: upgradedRate, at, now })
  const pause = { seconds: upgradeSeconds, reason: 'throughput_upgrade', wholeAccount: false }
  await deps.pauseNumber(tx, number.id, pause)
  return true
}

/** A number that was connected without its name is the account's only one, or nobody knows which. */
function findNamed(numbers: readonly AccountNumber[], digits: string): AccountNumber | undefined {
  const named = numbers.find(({ displayPhoneNumber }) => displayPhoneNumber.replace(/\D/g, '') === digits)
  return named ?? (numbers.length === 1 ? numbers[0] : undefined)
}

/** Two webhooks of an account wait for each other here: what holds is read out of all words together. */
async function applyWords(
  tx: Tx,
  deps: AccountDeps,
  { shopId, wabaMetaId, now }: About,
  said: readonly AccountWord[],
): Promise<boolean> {
  const account = await lockWords(tx, wabaMetaId)
  if (account === undefined) return false
  const words = addWords(account.words, said)
  await saveWords(tx, account.id, words, now)
  const [before, after] = [standingOf(account.words, now), standingOf(words, now)]
  const numbers = await lockNumbersOfAccount(tx, wabaMetaId)
  const followed = numbers.map((number) => ({ ...number, ...followStanding(number, before, after) }))
  await saveHolds(tx, followed, now)
  for (const [nth, number] of followed.entries()) await tellOfNumber(tx, numbers[nth] ?? number, number, now)
  await tellOfAccount(tx, { shopId, wabaMetaId, before, after, now })
  if (followed.some((number, nth) => beginsSooner(numbers[nth] ?? number, number)))
    await deps.release(tx, { shopId, reasons: ['number_restricted'] }, now)
  return isChanged(before, after, Object.keys(after) as (keyof typeof after)[])
}

function beginsSooner(before: NumberHold, after: NumberHold): boolean {
  return (
    before.restrictedUntil !== null &&
    (after.restrictedUntil === null || after.restrictedUntil < before.restrictedUntil)
  )
}
