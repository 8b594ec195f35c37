import { isSame } from './decide-identity.ts'
import { isNumber, type Identity, type KnownIdentity } from './identity.ts'

export interface MoveToDecide {
  rootId: number
  from: readonly Identity[]
  to: readonly Identity[]
  /** When it changed. */
  at: Date
  /** All current rows of the person who moves. */
  holdings: readonly KnownIdentity[]
  /** All current rows of other people who hold what the person moves to. */
  rivals: readonly KnownIdentity[]
}

/**
 * What ends when a person moves to a new number or id, and who turns out to be the same person. A new number brings a new
 * business-scoped id with it, so older ones end, too. Notices and messages may come in any order: whoever
 * began to write from the new number after the change is the person who moved; whoever wrote from it before has lost it.
 */
export function decideMove(move: MoveToDecide): { endIds: number[]; mergeIds: number[] } {
  const replaced = move.holdings.filter((row) => isReplaced(row, move))
  const taken = move.rivals.filter((row) => move.to.some((identity) => isSame(identity, row)))
  const lost = taken.filter((row) => isLost(row, move))
  const joined = taken.filter((row) => !lost.includes(row)).map((row) => row.rootId)
  return {
    endIds: [...replaced, ...lost].map((row) => row.id),
    mergeIds: joined.length === 0 ? [] : [...new Set([move.rootId, ...joined])],
  }
}

function isReplaced(row: KnownIdentity, { from, to, at }: MoveToDecide): boolean {
  if (to.some((identity) => isSame(identity, row))) return false
  if (isNumber(row)) return to.some(isNumber) && from.some((identity) => isSame(identity, row))
  if (row.kind !== 'bsuid') return false
  return to.some((identity) => identity.kind === 'bsuid') || row.startedAt < at
}

function isLost(row: KnownIdentity, { at, rivals }: MoveToDecide): boolean {
  if (row.verified) return row.startedAt < at
  return rivals.some((own) => own.rootId === row.rootId && own.verified && isNumber(own))
}
