import type { Tx } from '../platform/database.ts'
import {
  lockNumbersOfAccount,
  saveRate,
  saveRestriction,
  saveStarted,
  saveStopped,
  saveTier,
  type AccountNumber,
  type TierChange,
} from './account-update-store.ts'
import { accountStops, decideAccountUpdate, noEnd, type AccountChange } from './decide-account-update.ts'
import { raiseNotice, resolveNotice } from './notice-store.ts'

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
  now: Date
}

const upgradedRate = 1_000
// Meta: a number may be unusable for up to a minute while its rate is raised.
const upgradeSeconds = 60

/** Does what a webhook about an account, its numbers or its portfolio means. False when nothing of it concerns sending. */
export async function applyAccountUpdate(tx: Tx, deps: AccountDeps, update: AccountUpdate): Promise<boolean> {
  const changes = decideAccountUpdate(update.field, update.value, update.now)
  if (changes.length === 0) return false
  const numbers = await lockNumbersOfAccount(tx, update.wabaMetaId)
  for (const change of changes) await apply(tx, deps, { ...update, numbers }, change)
  return true
}

type About = AccountUpdate & { numbers: readonly AccountNumber[] }

async function apply(tx: Tx, deps: AccountDeps, about: About, change: AccountChange): Promise<void> {
  const { shopId, wabaMetaId, numbers, now } = about
  switch (change.kind) {
    case 'restrict':
      return restrict(tx, about, change)
    case 'stop':
      return stop(tx, about, change)
    case 'reinstate':
      return reinstate(tx, deps, about)
    case 'tier': {
      const changed = await saveTier(tx, wabaMetaId, change.tier, now)
      return changed === undefined ? undefined : deps.onTierChanged(tx, changed, now)
    }
    case 'upgrade': {
      const number = findNamed(numbers, change.number)
      if (number === undefined) return
      await saveRate(tx, number.id, upgradedRate, now)
      const pause = { seconds: upgradeSeconds, reason: 'throughput_upgrade', wholeAccount: false }
      return deps.pauseNumber(tx, number.id, pause)
    }
    case 'tell': {
      const { code, details, subject = wabaMetaId } = change
      return raiseNotice(tx, { shopId, code, subject, details, now })
    }
    case 'over':
      await resolveNotice(tx, { shopId, code: change.code, subject: change.subject ?? wabaMetaId, now })
  }
}

/** A number that was connected without its name is the account's only one, or nobody knows which. */
function findNamed(numbers: readonly AccountNumber[], digits: string): AccountNumber | undefined {
  const named = numbers.find(({ displayPhoneNumber }) => displayPhoneNumber.replace(/\D/g, '') === digits)
  return named ?? (numbers.length === 1 ? numbers[0] : undefined)
}

async function restrict(
  tx: Tx,
  { numbers, now }: About,
  { until, types }: { until: Date; types: string },
): Promise<void> {
  await saveRestriction(
    tx,
    numbers.map(({ id }) => id),
    { until, types, now },
  )
  const details = { restriction: types, until: toShown(until) }
  for (const { shopId, displayPhoneNumber: subject } of numbers)
    await raiseNotice(tx, { shopId, code: 'number_restricted', subject, details, now })
}

async function stop(
  tx: Tx,
  { numbers, now }: About,
  { reason, until, types }: Extract<AccountChange, { kind: 'stop' }>,
): Promise<void> {
  const ids = numbers.map(({ id }) => id)
  if (until !== null) await saveRestriction(tx, ids, { until, types, now })
  const stopped = await saveStopped(tx, ids, { reason, now })
  const details = { reason, until: until === null ? null : toShown(until) }
  for (const { shopId, displayPhoneNumber: subject } of stopped)
    await raiseNotice(tx, { shopId, code: 'number_stopped', subject, details, now })
}

function toShown(until: Date): string | null {
  return until < noEnd ? until.toISOString() : null
}

// Meta's own codes for a blocked or a locked account: a send may have met them before the webhook came.
const reinstated = [...accountStops, 'error_368', 'error_131031']

async function reinstate(tx: Tx, deps: AccountDeps, about: About): Promise<void> {
  const { shopId, wabaMetaId, numbers, now } = about
  const ids = numbers.map(({ id }) => id)
  await saveRestriction(tx, ids, { until: null, types: null, now })
  const started = await saveStarted(tx, ids, { reasons: reinstated, now })
  for (const { displayPhoneNumber: subject } of started)
    await resolveNotice(tx, { shopId, code: 'number_stopped', subject, now })
  for (const { displayPhoneNumber: subject } of numbers)
    await resolveNotice(tx, { shopId, code: 'number_restricted', subject, now })
  for (const code of ['account_restricted', 'account_to_be_disabled'] as const)
    await resolveNotice(tx, { shopId, code, subject: wabaMetaId, now })
  await deps.release(tx, { shopId, reasons: ['number_restricted'] }, now)
}
