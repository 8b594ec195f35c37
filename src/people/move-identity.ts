import type { Tx } from '../platform/database.ts'
import { decideMove } from './decide-move.ts'
import { normaliseIdentities, type GivenIdentity } from './identity.ts'
import {
  endIdentities,
  findCurrentIdentities,
  insertIdentities,
  listHoldings,
  lockIdentities,
} from './identity-store.ts'
import { mergePeople } from './merge-people.ts'
import { completePerson } from './person-store.ts'
import { findPlace } from './send-regions.ts'

export interface IdentityMove {
  shopId: number
  shopCountry: string
  /** What the person was known by: the first that is anybody's finds them. */
  from: readonly GivenIdentity[]
  to: readonly GivenIdentity[]
  /** When it changed. */
  at: Date
  now: Date
}

/**
 * A person has a new number or a new business-scoped id, and WhatsApp says so: the identity moves, the person stays. Answers the person;
 * nothing when the old identities are nobody's.
 */
export async function moveIdentity(tx: Tx, move: IdentityMove): Promise<number | undefined> {
  const from = normaliseIdentities(move.from, move.shopCountry)
  const to = normaliseIdentities(move.to, move.shopCountry)
  if (to.length === 0) return undefined
  await lockIdentities(
    tx,
    move.shopId,
    [...from, ...to].map((identity) => identity.value),
  )
  const old = await findCurrentIdentities(tx, move.shopId, from)
  const holder = from.flatMap((identity) => old.find((row) => row.value === identity.value) ?? [])[0]
  if (holder === undefined) return undefined
  const { rootId } = holder
  const holders = (await findCurrentIdentities(tx, move.shopId, to)).map((row) => row.rootId)
  const rivalIds = [...new Set(holders)].filter((id) => id !== rootId)
  const decision = decideMove({
    rootId,
    from,
    to,
    at: move.at,
    holdings: await listHoldings(tx, [rootId]),
    rivals: await listHoldings(tx, rivalIds),
  })
  await endIdentities(tx, decision.endIds, move.now)
  const merge = { shopId: move.shopId, rootIds: decision.mergeIds, now: move.now }
  const personId = merge.rootIds.length > 1 ? await mergePeople(tx, merge) : rootId
  await insertIdentities(tx, { ...merge, personId, source: 'whatsapp_change' }, to)
  await completePerson(tx, personId, { ...(await findPlace(to)), now: move.now })
  return personId
}
