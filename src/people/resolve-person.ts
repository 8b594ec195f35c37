import type { Tx } from '../platform/database.ts'
import type { Random } from '../platform/random.ts'
import { decideIdentity, isSame } from './decide-identity.ts'
import {
  isNumber,
  normaliseIdentities,
  type GivenIdentity,
  type Identity,
  type IdentityKind,
  type KnownIdentity,
} from './identity.ts'
import {
  endIdentities,
  findCurrentIdentities,
  insertIdentities,
  listHoldings,
  lockIdentities,
  markVerified,
} from './identity-store.ts'
import { mergePeople } from './merge-people.ts'
import { completePerson, insertPerson } from './person-store.ts'
import { findPlace } from './send-regions.ts'

export interface ResolveInput {
  shopId: number
  /** Where typed numbers are national. */
  shopCountry: string
  identities: readonly GivenIdentity[]
  /** Where they came from: 'whatsapp', 'woocommerce', 'api', … */
  source: string
  firstName?: string | null
  lastName?: string | null
  language?: string | null
  /** Nobody is made: who is not known is nobody. */
  isKnownOnly?: boolean
  now: Date
}

/**
 * Finds the person behind identities, or makes one. Answers the person that counts (the root of merged records); nothing when none of
 * the identities is one.
 */
export async function resolvePerson(
  tx: Tx,
  deps: { random: Random },
  input: ResolveInput,
): Promise<{ personId: number; isNew: boolean; foundBy: IdentityKind | undefined } | undefined> {
  const given = normaliseIdentities(input.identities, input.shopCountry)
  if (given.length === 0) return undefined
  await lockIdentities(
    tx,
    input.shopId,
    given.map((identity) => identity.value),
  )
  const known = await findCurrentIdentities(tx, input.shopId, given)
  const holdings = await listHoldings(tx, [...new Set(known.map((row) => row.rootId))])
  const decision = decideIdentity(given, known, holdings)
  await endIdentities(tx, decision.endIds, input.now)
  if (decision.rootId === undefined) {
    if (input.isKnownOnly === true) return undefined
    return { personId: await createPerson(tx, deps, input, given), isNew: true, foundBy: undefined }
  }
  const { rootId } = decision
  const merge = { shopId: input.shopId, rootIds: decision.mergeIds, now: input.now }
  const personId = merge.rootIds.length > 1 ? await mergePeople(tx, merge) : rootId
  const held = known.filter((row) => !decision.endIds.includes(row.id))
  await addToPerson(tx, personId, { input, given, held })
  return { personId, isNew: false, foundBy: decision.foundBy }
}

async function createPerson(
  tx: Tx,
  deps: { random: Random },
  input: ResolveInput,
  given: readonly Identity[],
): Promise<number> {
  const personId = await insertPerson(tx, {
    shopId: input.shopId,
    publicId: deps.random.token(12),
    firstName: input.firstName ?? null,
    lastName: input.lastName ?? null,
    language: input.language ?? null,
    ...(await findPlace(given)),
    now: input.now,
  })
  await insertIdentities(tx, { ...input, personId }, given)
  return personId
}

/** What is new is added; what somebody else holds stays with them. */
async function addToPerson(
  tx: Tx,
  personId: number,
  { input, given, held }: { input: ResolveInput; given: readonly Identity[]; held: readonly KnownIdentity[] },
): Promise<void> {
  const current = await listHoldings(tx, [personId])
  const isOwn = (row: KnownIdentity): boolean => current.some((own) => own.id === row.id)
  const added = given.filter(
    (identity) =>
      !current.some((row) => row.kind === identity.kind && row.value === identity.value) &&
      !held.some((row) => isSame(row, identity) && !isOwn(row)),
  )
  await insertIdentities(tx, { ...input, personId }, added)
  const proven = given.filter((identity) => identity.verified)
  const nowProven = current.filter((row) => proven.some((identity) => isSame(row, identity)))
  await markVerified(
    tx,
    nowProven.map((row) => row.id),
  )
  // A proven number says where the person is; a typed one only where nothing else does.
  const place = added.some((identity) => isNumber(identity) || identity.kind === 'bsuid')
    ? await findPlace([...proven, ...current.filter((row) => row.verified), ...current, ...given])
    : {}
  await completePerson(tx, personId, { ...input, ...place })
}
