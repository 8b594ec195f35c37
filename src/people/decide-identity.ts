import { isNumber, type Identity, type KnownIdentity } from './identity.ts'

export interface IdentityDecision {
  /** Who it is; undefined: a new person. */
  rootId: number | undefined
  /** Which identity found them. */
  foundBy: Identity['kind'] | undefined
  /** Verified identities of several people: they are one. The oldest record stands for all. */
  mergeIds: number[]
  /** Rows of a number that has another owner now: they end at the person who had it. */
  endIds: number[]
}

/** What finds a person first, where nothing verified does. */
const typedPriority: readonly Identity['kind'][] = ['wc_customer', 'phone', 'wa_id', 'email', 'bsuid']

/**
 * Whose identities these are. `known`: rows that hold any of them now; `holdings`: all current rows of those people. Only verified
 * identities merge people; what was typed finds one of them and joins nothing.
 */
export function decideIdentity(
  given: readonly Identity[],
  known: readonly KnownIdentity[],
  holdings: readonly KnownIdentity[],
): IdentityDecision {
  const verified = given.filter((identity) => identity.verified)
  const lost = known.filter((row) => hasOtherOwner(row, verified, holdings))
  const held = known.filter((row) => !lost.includes(row))
  const endIds = lost.map((row) => row.id)
  const owners = [...new Set(verified.flatMap((identity) => ownersOf(identity, held)))].sort((a, b) => a - b)
  if (owners.length > 0) {
    const foundBy = verified.find((identity) => ownersOf(identity, held).length > 0)?.kind
    return { rootId: owners[0], foundBy, mergeIds: owners.length > 1 ? owners : [], endIds }
  }
  const typed = given
    .filter((identity) => !identity.verified)
    .sort((a, b) => typedPriority.indexOf(a.kind) - typedPriority.indexOf(b.kind))
  const finder = typed.find((identity) => ownersOf(identity, held).length > 0)
  const rootId = finder === undefined ? undefined : ownersOf(finder, held)[0]
  return { rootId, foundBy: finder?.kind, mergeIds: [], endIds }
}

/** Whoever has proven it; else whoever typed it. */
function ownersOf(identity: Identity, known: readonly KnownIdentity[]): number[] {
  const rows = known.filter((row) => isSame(row, identity))
  const proven = rows.filter((row) => row.verified)
  return (proven.length > 0 ? proven : rows).map((row) => row.rootId)
}

/** A number is the same whether it was typed or came with a message. */
export function isSame(
  one: { kind: string; value: string },
  other: { kind: string; value: string },
): boolean {
  return one.value === other.value && (one.kind === other.kind || (isNumber(one) && isNumber(other)))
}

// The number comes with a message now. Whoever has it in our rows is somebody else when WhatsApp knows them by another
// business-scoped id (the number was given to a new subscriber), or when they only typed it and write from another number.
function hasOtherOwner(
  row: KnownIdentity,
  verified: readonly Identity[],
  holdings: readonly KnownIdentity[],
): boolean {
  if (!isNumber(row) || !verified.some((identity) => isSame(row, identity))) return false
  const bsuid = verified.find((identity) => identity.kind === 'bsuid')
  const own = holdings.filter((one) => one.rootId === row.rootId && one.verified)
  const bsuids = own.filter((one) => one.kind === 'bsuid')
  if (bsuid !== undefined && bsuids.some((one) => one.value === bsuid.value)) return false
  if (bsuid !== undefined && bsuids.length > 0) return true
  const hasProvenIt = own.some((one) => isSame(one, row))
  return !hasProvenIt && own.some((one) => isNumber(one))
}
