import type { SendResult } from '../../../src/connectors/meta/cloud-api.ts'
import type { News } from '../../../src/outbox/decide-settlement.ts'
import { dueAt } from './ledger.ts'
import { expire, toUncertain, type Rules } from './rules.ts'
import type { Fate, Row, Sender, StatusKind, Taken, WorldState } from './world-state.ts'

/** What a step does to the row; the others change only what senders and Meta know. */
export type Action =
  | { kind: 'none' }
  | { kind: 'stamp' | 'hand_back' | 'settle'; sender: number }
  | { kind: 'recover' | 'resolve' | 'expire' }
  | { kind: 'status'; taken: Taken; status: StatusKind }

export interface Step {
  name: string
  action: Action
  /** Somebody of the hub must take it some day; the others may happen or not. */
  isHubs: boolean
  after: WorldState
}

/** No attempt after this one is begun. */
export const attemptsAtMost = 3

/** When answers come. */
export const answeredAt = new Date(dueAt.getTime() + 1_000)
/** When senders and sweeps look: whatever waits for a time is due by then. */
export const lookedAt = new Date(dueAt.getTime() + 20 * 86_400_000)
const retried = 131000
const final = 131026

export const fates: readonly Fate[] = [
  { statuses: ['sent', 'delivered', 'read'], code: 0 },
  { statuses: ['failed'], code: retried },
  { statuses: ['sent', 'failed'], code: final },
  // Of several devices, or of two that Meta tells in the wrong order.
  { statuses: ['delivered', 'failed'], code: final },
]

/** Whether the person has it, or may have. */
export function isAlive({ fate }: Taken): boolean {
  return !fate.statuses.includes('failed') || fate.statuses.includes('delivered')
}

/** Everything that may happen next. */
export function stepsFrom(state: WorldState, rules: Rules): Step[] {
  return [
    ...state.senders.flatMap((sender, at) => senderSteps(state, rules, sender, at)),
    ...sweepSteps(state, rules),
    ...statusSteps(state, rules),
  ]
}

function senderSteps(state: WorldState, rules: Rules, sender: Sender, at: number): Step[] {
  const become = (next: Sender, change: Partial<WorldState> = {}): WorldState => ({
    ...state,
    ...change,
    senders: state.senders.with(at, next),
  })
  const step = (what: string, after: WorldState, kind?: 'stamp' | 'hand_back' | 'settle'): Step => ({
    name: `sender ${at + 1} ${what}`,
    action: kind === undefined ? { kind: 'none' } : { kind, sender: at },
    isHubs: true,
    after,
  })
  const handBack = (held: Sender & { kind: 'stamped' | 'returning' }): Row =>
    rules.handBack(state.row, held) ?? state.row
  const crash = { ...step('dies', become({ kind: 'idle' })), isHubs: false }
  switch (sender.kind) {
    case 'idle': {
      if (state.row.state !== 'waiting' || state.row.attempt > attemptsAtMost) return []
      const row = rules.stamp(state.row, lookedAt, `c${state.row.attempt}`)
      const { attempt, callbackId, lease } = row
      return [step('stamps', become({ kind: 'stamped', attempt, callbackId, lease }, { row }), 'stamp')]
    }
    case 'stamped':
      return [
        step('hands back', become({ kind: 'idle' }, { row: handBack(sender) }), 'hand_back'),
        step(
          'hands back and is not told so',
          become({ ...sender, kind: 'returning' }, { row: handBack(sender) }),
          'hand_back',
        ),
        ...answersTo(state, sender).map(({ what, result, taken }) =>
          step(`calls: ${what}`, callMade(state, at, { sender, result, taken })),
        ),
        crash,
      ]
    case 'returning':
      return [
        step('hands back again', become({ kind: 'idle' }, { row: handBack(sender) }), 'hand_back'),
        crash,
      ]
    case 'answered': {
      const row = settle(state.row, rules, sender)
      return [
        step('writes down the answer', become({ kind: 'idle' }, { row }), 'settle'),
        { ...step('writes it down and is not told so', become(sender, { row }), 'settle'), isHubs: false },
        crash,
      ]
    }
  }
}

function callMade(
  state: WorldState,
  at: number,
  {
    sender,
    result,
    taken,
  }: { sender: Sender & { kind: 'stamped' }; result: SendResult; taken: Taken | undefined },
): WorldState {
  const { attempt, callbackId } = sender
  return {
    ...state,
    senders: state.senders.with(at, { kind: 'answered', attempt, callbackId, result }),
    taken: taken === undefined ? state.taken : [...state.taken, taken],
  }
}

interface CallOutcome {
  what: string
  result: SendResult
  taken?: Taken
}

function answersTo(state: WorldState, { attempt, callbackId }: Sender & { kind: 'stamped' }): CallOutcome[] {
  const wamid = `w${state.taken.length + 1}`
  const accepted = {
    kind: 'accepted',
    wamid,
    waId: undefined,
    userId: undefined,
    messageStatus: undefined,
  } as const
  const unknown: SendResult = { kind: 'unknown', reason: 'timed out' }
  const refused = (code: number): SendResult => ({ kind: 'refused', code, details: '' })
  const takings = fates.flatMap((fate): CallOutcome[] => {
    const taken = { wamid, attempt, callbackId, fate }
    const about = `taken, to be ${fate.statuses.join()}`
    return [
      { what: about, result: accepted, taken },
      { what: `${about}, the answer is lost`, result: unknown, taken },
    ]
  })
  return [
    ...takings,
    { what: 'not taken, nobody knows', result: unknown },
    { what: 'refused for now', result: refused(retried) },
    { what: 'refused for good', result: refused(final) },
  ]
}

function settle(row: Row, rules: Rules, { attempt, callbackId, result }: Sender & { kind: 'answered' }): Row {
  const decided = rules.decideResult(row, { attempt, callbackId }, result, answeredAt)
  switch (decided.kind) {
    case 'ignore':
      return row
    case 'uncertain':
      return toUncertain(row)
    case 'news':
      return learn(row, rules, decided.news)
  }
}

function learn(row: Row, rules: Rules, news: News): Row {
  return { ...row, ...rules.decideSettlement(row, news) }
}

function sweepSteps(state: WorldState, rules: Rules): Step[] {
  const { row } = state
  const steps: Step[] = []
  if (row.state === 'waiting')
    steps.push({
      name: 'its time is over',
      action: { kind: 'expire' },
      isHubs: false,
      after: { ...state, row: expire(row) },
    })
  const recovered = rules.recover(row)
  if (recovered !== undefined)
    steps.push({
      name: 'the lease runs out',
      action: { kind: 'recover' },
      isHubs: true,
      after: { ...state, row: recovered },
    })
  const again = rules.mayGoAgain(row)
  const resolved = rules.resolve(row, lookedAt, again)
  if (resolved !== undefined) {
    const forgivenBelow = again ? Math.max(state.forgivenBelow, resolved.attempt) : state.forgivenBelow
    steps.push({
      name: 'the grace time is over',
      action: { kind: 'resolve' },
      isHubs: true,
      after: { ...state, row: resolved, forgivenBelow },
    })
  }
  return steps
}

function statusSteps(state: WorldState, rules: Rules): Step[] {
  return state.taken.flatMap((taken, nth) =>
    taken.fate.statuses.map((status) => ({
      name: `the status ${status} of call ${nth + 1} comes`,
      action: { kind: 'status' as const, taken, status },
      isHubs: false,
      after: { ...state, row: applyStatus(state.row, rules, taken, status) },
    })),
  )
}

export function applyStatus(row: Row, rules: Rules, taken: Taken, status: StatusKind): Row {
  return rules.finds(row, taken) ? learn(row, rules, toNews(taken, status)) : row
}

function toNews({ wamid, fate }: Taken, status: StatusKind): News {
  const at = statusAt(wamid, status)
  switch (status) {
    case 'sent':
      return { wamid, sentAt: at }
    case 'delivered':
      return { wamid, deliveredAt: at }
    case 'read':
      return { wamid, readAt: at }
    case 'failed':
      return { wamid, failure: { at, code: fate.code, details: null } }
  }
}

/** By Meta's clock. */
export function statusAt(wamid: string, status: StatusKind): Date {
  const nth = Number(wamid.slice(1))
  const order = ['sent', 'delivered', 'read', 'failed'].indexOf(status)
  return new Date(dueAt.getTime() + nth * 10_000 + order * 1_000)
}
