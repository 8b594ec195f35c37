import type { CloudApi, NumberInfo } from '../connectors/meta/cloud-api.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Tx } from '../platform/database.ts'
import { tellOfNumber } from './account-notices.ts'
import { saveHolds, saveTier, type TierChange } from './account-update-store.ts'
import {
  listNumbersToCheck,
  lockEnded,
  lockKnown,
  saveChecked,
  type CheckedNumber,
} from './check-number-store.ts'
import { endHold } from './decide-number-hold.ts'
import { isNews, timeOfNews, type Said } from './latest-word.ts'
import { toStoredTier } from './messaging-tier.ts'
import { raiseNotice, resolveNotice } from './notice-store.ts'

export interface CheckNumbersDeps {
  db: Database
  clock: Clock
  /** With the shop's token. Throws when none is connected. */
  cloudApiOf: (shopId: number) => Promise<Pick<CloudApi, 'loadNumber'>>
  onTierChanged: (tx: Tx, change: TierChange, now: Date) => Promise<void>
}

export interface FailedCheck {
  numberMetaId: string
  code: number | null
  details: string
}

/**
 * Reads each of a shop's numbers from WhatsApp: its rate, its quality, the messaging limit of its portfolio. Where the token is refused the
 * merchant is told, and everything stays as it was. Returns what could not be read.
 */
export async function checkNumbers(deps: CheckNumbersDeps, shopId: number): Promise<FailedCheck[]> {
  const numbers = await listNumbersToCheck(deps.db, shopId)
  await deps.db.transaction((tx) => endRestrictions(tx, shopId, deps.clock.now()))
  if (numbers.length === 0) return []
  const api = await deps.cloudApiOf(shopId)
  const failed: FailedCheck[] = []
  for (const number of numbers) {
    const askedAt = deps.clock.now()
    const info = await api.loadNumber(number.metaId)
    const now = deps.clock.now()
    if (info.kind === 'loaded') {
      await deps.db.transaction((tx) => save(tx, deps, { shopId, number, info, askedAt, now }))
      continue
    }
    const code = info.kind === 'refused' ? info.code : null
    const details = info.kind === 'refused' ? info.details : info.reason
    failed.push({ numberMetaId: number.metaId, code, details })
    if (isAccessRefused(code))
      await deps.db.transaction((tx) =>
        raiseNotice(tx, { shopId, code: 'access_refused', subject: '', details: { code, details }, now }),
      )
  }
  return failed
}

// The token has expired or was withdrawn (190, 104), or it may not read the number (3, 10, 200 to 299).
function isAccessRefused(code: number | null): boolean {
  return code !== null && ([3, 10, 104, 190].includes(code) || (code >= 200 && code <= 299))
}

interface Loaded {
  shopId: number
  number: CheckedNumber
  info: NumberInfo
  /** What Meta says by webhook after it is later than this. */
  askedAt: Date
  now: Date
}

async function save(
  tx: Tx,
  { onTierChanged }: CheckNumbersDeps,
  { shopId, number, info, askedAt, now }: Loaded,
): Promise<void> {
  const said = { at: askedAt, isReading: true }
  await saveNumber(tx, number.id, info, { ...said, now })
  await resolveNotice(tx, { shopId, code: 'access_refused', subject: '', now })
  const tier = toStoredTier(info.messagingLimit)
  const changed =
    tier === undefined ? undefined : await saveTier(tx, number.wabaMetaId, { ...said, tier }, now)
  if (changed !== undefined && changed.before !== changed.after) await onTierChanged(tx, changed, now)
}

async function saveNumber(
  tx: Tx,
  id: number,
  { displayPhoneNumber, quality, ratePerSecond }: NumberInfo,
  said: Said & { now: Date },
): Promise<void> {
  const known = await lockKnown(tx, id)
  if (known === undefined || (known.checkedAt ?? said.at) > said.at) return
  const rate =
    ratePerSecond !== undefined && isNews(known.rateAt, said, true)
      ? { ratePerSecond, rateAt: timeOfNews(known.rateAt, said) }
      : { ratePerSecond: known.ratePerSecond, rateAt: known.rateAt }
  await saveChecked(tx, id, {
    ...rate,
    displayPhoneNumber: displayPhoneNumber ?? null,
    quality: quality ?? null,
    checkedAt: said.at,
    now: said.now,
  })
}

async function endRestrictions(tx: Tx, shopId: number, now: Date): Promise<void> {
  const held = await lockEnded(tx, shopId, now)
  const ended = held.map((number) => ({ ...number, ...endHold(number, now) }))
  await saveHolds(tx, ended, now)
  for (const [nth, number] of ended.entries()) await tellOfNumber(tx, held[nth] ?? number, number, now)
}
