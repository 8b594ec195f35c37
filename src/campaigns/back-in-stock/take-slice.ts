import type { Tx } from '../../platform/database.ts'
import type { Random } from '../../platform/random.ts'
import { insertMessages } from '../../outbox/insert-messages.ts'
import { loadNumberOfShop } from '../../shops/number-store.ts'
import type { Shop } from '../../shops/shop.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { decideCandidate, type CandidateDecision } from '../decide-candidate.ts'
import { joinAlerts, pullOtherAlerts } from '../join-alerts.ts'
import { lockStillWaiting, updateCandidacies, type CandidacyUpdate } from '../log-store.ts'
import { createOpenings } from '../openings.ts'
import { capWindowDays, lockPersonFacts, type PersonFacts } from '../person-facts.ts'
import { listWaiting, type WaitingCandidacy } from './candidacy-store.ts'
import type { Run } from './run-store.ts'
import type { BackInStockSettings } from './settings.ts'

export interface WaveContext {
  run: Run
  settings: BackInStockSettings
  shop: Shop
  shopSettings: ShopSettings
  now: Date
}

export interface Slice {
  /** The last rank this slice dealt with. */
  rank: number
  /** People for whom this wave has reserved a message, earlier slices included. */
  told: number
  /** When the first of those asleep or held up can be told. */
  wakesAt: Date | null
  /** The wave is over: its limit is reached, or nobody is left to look at. */
  isLast: boolean
}

const sliceSize = 500

/** Takes the next people of the audience, in its order, and reserves messages for those who may be told now. */
export async function takeSlice(
  deps: { random: Random },
  tx: Tx,
  context: WaveContext,
  limit: number,
): Promise<Slice> {
  const { run, now } = context
  const chunk = await listWaiting(tx, run.id, run.waveRank, sliceSize)
  const wakeTimes = chunk.map(createWakeTime(context))
  const awake = chunk.filter((_, at) => isDue(wakeTimes[at], now))
  const slice = awake.slice(0, limit - run.waveTold)
  const outcome = await reserveSlice(deps, tx, context, slice)
  const wakesAt = earliest([
    run.waveWakesAt,
    ...wakeTimes.filter((time) => !isDue(time, now)),
    ...outcome.retryTimes,
  ])
  const told = run.waveTold + outcome.told
  const isCutShort = slice.length < awake.length
  const rank = (isCutShort ? slice.at(-1) : chunk.at(-1))?.rank ?? run.waveRank
  return { rank, told, wakesAt, isLast: isCutShort || told >= limit || chunk.length < sliceSize }
}

function createWakeTime(context: WaveContext): (candidacy: WaitingCandidacy) => Date | null {
  const openingOf = createOpenings(context.shop, context.shopSettings, context.now)
  return (candidacy) => {
    const heldUp = candidacy.retryAt !== null && candidacy.retryAt > context.now
    return heldUp ? candidacy.retryAt : openingOf(candidacy.sendRegions).opensAt
  }
}

function isDue(time: Date | null | undefined, now: Date): boolean {
  return time !== null && time !== undefined && time <= now
}

function earliest(times: readonly (Date | null)[]): Date | null {
  return times.reduce(
    (first, time) => (first === null || (time !== null && time < first) ? time : first),
    null,
  )
}

async function reserveSlice(
  deps: { random: Random },
  tx: Tx,
  context: WaveContext,
  slice: readonly WaitingCandidacy[],
): Promise<{ told: number; retryTimes: Date[] }> {
  const { shopSettings, now } = context
  const personIds = slice.map((candidacy) => candidacy.personId)
  const people = await lockPersonFacts(tx, personIds, { now, windowDays: capWindowDays })
  const ids = slice.map((candidacy) => candidacy.id)
  const stillWaiting = await lockStillWaiting(tx, ids)
  const open = slice.filter((candidacy) => stillWaiting.has(candidacy.id))
  const joined = await joinAlerts(tx, {
    candidacies: open.filter((candidacy) => candidacy.alertId !== null),
    withinMinutes: shopSettings.caps.joinAlertsMinutes,
    now,
  })
  const decided = decideAll(
    open.filter((candidacy) => !joined.has(candidacy.id)),
    people,
    context,
  )
  const updates = decided.flatMap(({ candidacy, decision }) => toUpdate(candidacy, decision))
  await updateCandidacies(tx, updates, now)
  const reserved = decided
    .filter(({ decision }) => decision.kind === 'reserve')
    .map(({ candidacy }) => candidacy)
  await reserve(deps, tx, context, reserved)
  return { told: reserved.length, retryTimes: updates.flatMap((update) => update.retryAt ?? []) }
}

interface Decided {
  candidacy: WaitingCandidacy
  decision: CandidateDecision
}

function decideAll(
  candidacies: readonly WaitingCandidacy[],
  people: ReadonlyMap<number, PersonFacts>,
  { run, shop, shopSettings, now }: WaveContext,
): Decided[] {
  const openingOf = createOpenings(shop, shopSettings, now)
  const seen = new Set<number>()
  return candidacies.flatMap((candidacy) => {
    const person = people.get(candidacy.personId)
    if (person === undefined) return []
    // Two records of one person, merged after both were considered: the first, which ranks higher, stands for both.
    if (seen.has(candidacy.personId)) return { candidacy, decision: { kind: 'suppress', reason: 'merged' } }
    seen.add(candidacy.personId)
    const isAlert = candidacy.alertId !== null
    const decision = decideCandidate(
      {
        purpose: isAlert ? 'alert' : 'campaign',
        askedAt: isAlert ? candidacy.interestAt : null,
        expiresAt: run.expiresAt,
      },
      person,
      openingOf(candidacy.sendRegions),
      { settings: shopSettings, now },
    )
    return { candidacy, decision }
  })
}

function toUpdate(candidacy: WaitingCandidacy, decision: CandidateDecision): CandidacyUpdate[] {
  switch (decision.kind) {
    case 'reserve':
      return []
    case 'defer':
      return [{ id: candidacy.id, state: 'waiting', reason: decision.reason, retryAt: decision.until }]
    case 'suppress':
      return [{ id: candidacy.id, state: 'suppressed', reason: decision.reason }]
  }
}

async function reserve(
  deps: { random: Random },
  tx: Tx,
  { run, shopSettings, now }: WaveContext,
  reserved: readonly WaitingCandidacy[],
): Promise<void> {
  if (reserved.length === 0) return
  const number = await loadNumberOfShop(tx, run.shopId)
  const messageIds = await insertMessages(
    tx,
    deps,
    reserved.map((candidacy) => ({
      shopId: run.shopId,
      personId: candidacy.personId,
      phoneNumberId: number.id,
      purpose: candidacy.alertId === null ? ('campaign' as const) : ('alert' as const),
      content: null,
      uniqueKey: `candidacy:${candidacy.id}`,
      dueAt: now,
      expiresAt: run.expiresAt,
      candidacyIds: [candidacy.id],
    })),
    now,
  )
  const links = reserved.flatMap((candidacy, at) => {
    const messageId = messageIds[at]
    return messageId === undefined ? [] : [{ candidacy, messageId }]
  })
  await updateCandidacies(
    tx,
    links.map(({ candidacy, messageId }) => ({
      id: candidacy.id,
      state: 'reserved',
      reason: null,
      messageId,
    })),
    now,
  )
  const alerts = links.filter(({ candidacy }) => candidacy.alertId !== null)
  await pullOtherAlerts(tx, {
    alerts: alerts.map(({ candidacy, messageId }) => ({ personId: candidacy.personId, messageId })),
    runId: run.id,
    withinMinutes: shopSettings.caps.joinAlertsMinutes,
    now,
  })
}
