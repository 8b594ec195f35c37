import { decideMessageState } from '../../../src/outbox/decide-message-state.ts'
import type { MessageState } from '../../../src/outbox/message.ts'
import { isMarketing } from '../../../src/outbox/purpose.ts'
import type { Rules } from './rules.ts'
import { applyStatus, attemptsAtMost, isAlive, type Step } from './steps.ts'
import {
  keyOfRow,
  keyOfTaken,
  type Row,
  type StatusKind,
  type Taken,
  type WorldState,
} from './world-state.ts'

const open: readonly MessageState[] = ['waiting', 'sending', 'uncertain']

export type FindViolation = (state: WorldState, steps: readonly Step[]) => string | undefined

/** Finds what is wrong in a state, as a sentence; undefined: nothing. */
export function createFindViolation(rules: Rules): FindViolation {
  const read = new Set<string>()
  return (state, steps) => {
    // What statuses do depends on the row and on what Meta took, not on who sends.
    const key = `${keyOfRow(state.row)}|${keyOfTaken(state.taken)}`
    const misread = read.has(key) ? undefined : findMisread(state, rules)
    read.add(key)
    return (
      findDouble(state) ??
      findTakenBack(state.row) ??
      findGivenUp(state) ??
      misread ??
      findLoose(state, steps, rules)
    )
  }
}

function findLoose(state: WorldState, steps: readonly Step[], rules: Rules): string | undefined {
  if (state.senders.some(({ kind }) => kind !== 'idle')) return undefined
  // From here on nobody holds the message: what the rows say must be enough.
  return findDeadEnd(state, steps) ?? findDisagreement(state, rules)
}

function findDouble({ row, taken, forgivenBelow }: WorldState): string | undefined {
  const alive = taken.filter(isAlive)
  if (isMarketing(row.purpose))
    return alive.length > 1 ? 'Meta took the same marketing message twice' : undefined
  const wereUncertain = taken.filter(({ attempt }) => attempt < forgivenBelow)
  if (alive.length > 1 && wereUncertain.length === 0)
    return 'Meta took the same reply twice, although nothing about it was uncertain'
  return alive.length > 2 ? 'Meta took the same reply three times' : undefined
}

/** A reply that nobody answered for is sent again once, whichever of its attempts that was. */
function findGivenUp({ row, forgivenBelow }: WorldState): string | undefined {
  if (isMarketing(row.purpose) || row.state !== 'outcome_unknown' || forgivenBelow > 0) return undefined
  return 'the reply is given up, and was never sent again'
}

/** What is known of a message is what it is shown as. */
function findTakenBack(row: Row): string | undefined {
  const known = decideMessageState(row)
  if (known === undefined || known === 'failed' || known === row.state) return undefined
  return `known as ${known}, and shown as ${row.state}`
}

function findDeadEnd({ row }: WorldState, steps: readonly Step[]): string | undefined {
  const goesNoFurther = row.state === 'waiting' && row.attempt > attemptsAtMost
  if (!open.includes(row.state) || goesNoFurther || steps.some(({ isHubs }) => isHubs)) return undefined
  return `the message stays ${row.state} for ever`
}

/**
 * Any order of statuses, and any of them twice, must end the same: it is enough that any two may change places, in every state. Meta's
 * id may differ where a reply was taken twice: the one told of first is kept, and both are found by ours.
 */
function findMisread({ row, taken }: WorldState, rules: Rules): string | undefined {
  const told = allStatuses(taken)
  const end = (known: Row): string => keyOfRow({ ...known, wamid: null })
  const learn = (from: Row, [call, status]: Told): Row => applyStatus(from, rules, call, status)
  for (const [at, first] of told.entries()) {
    const once = learn(row, first)
    if (end(learn(once, first)) !== end(once)) return `the status ${first[1]} twice is not once`
    for (const second of told.slice(at + 1)) {
      if (end(learn(once, second)) !== end(learn(learn(row, second), first)))
        return `the statuses ${first[1]} and ${second[1]} end differently in another order`
    }
  }
  return undefined
}

type Told = [Taken, StatusKind]

function allStatuses(taken: readonly Taken[]): Told[] {
  return taken.flatMap((call) => call.fate.statuses.map((status): Told => [call, status]))
}

/** When every status has come, the message is shown as what Meta did with it. */
function findDisagreement({ row, taken, forgivenBelow }: WorldState, rules: Rules): string | undefined {
  const told = allStatuses(taken)
  const end = told.reduce((known, [call, status]) => applyStatus(known, rules, call, status), row)
  const own = taken.filter(({ callbackId }) => callbackId === row.callbackId)
  // A reply that was sent again on purpose, and of which Meta had taken the first, is shown by one of the two.
  const mayForget = taken.some(({ attempt }) => attempt < forgivenBelow)
  const lost = mayForget ? [] : taken.filter((call) => isAlive(call) && !own.includes(call))
  if (lost.length > 0) return `a message that Meta took is forgotten, and shown as ${end.state}`
  const statuses = own.flatMap(({ fate }) => fate.statuses)
  const wanted = statuses.includes('read') ? 'read' : statuses.includes('delivered') ? 'delivered' : undefined
  if (wanted !== undefined && end.state !== wanted) return `shown as ${end.state}, and it was ${wanted}`
  if (wanted !== undefined && isMarketing(end.purpose) && end.countedAt === null)
    return 'it was delivered, and does not count'
  const isSaidToBeThere = (['accepted', 'sent', 'delivered', 'read'] as MessageState[]).includes(end.state)
  if (wanted === undefined && isSaidToBeThere) return `shown as ${end.state}, and Meta has it not`
  return undefined
}
