import type { SendResult } from '../../../src/connectors/meta/cloud-api.ts'
import type { News } from '../../../src/outbox/decide-settlement.ts'
import { dueAt } from './ledger.ts'
import { expire, type Rules } from './rules.ts'
import type { Fate, Row, Sender, StatusKind, Taken, WorldState } from './world-state.ts'

export interface Step {
  name: string
  /** Somebody of the hub must take it some day; the others may happen or not. */
  isHubs: boolean
  after: WorldState
}

/** No attempt after this one is begun. */
export const attemptsAtMost = 3

const now = new Date(dueAt.getTime() + 1_000)
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
  const step = (what: string, after: WorldState): Step => ({
    name: `sender ${at + 1} ${what}`,
    isHubs: true,
    after,
  })
  const crash = { ...step('dies', become({ kind: 'idle' })), isHubs: false }
  switch (sender.kind) {
    case 'idle': {
      if (state.row.state !== 'waiting' || state.row.attempt > attemptsAtMost) return []
      const row = rules.stamp(state.row, now, `c${state.row.attempt}`)
      const { attempt, callbackId } = row
      return [step('stamps', become({ kind: 'stamped', attempt, callbackId }, { row }))]
    }
    case 'stamped': {
      const row = rules.handBack(state.row, sender) ?? state.row
      const { attempt, callbackId } = sender
      const calls = answersTo(state, sender).map(({ what, result, taken }) =>
        step(
          `calls: ${what}`,
          become(
            { kind: 'answered', attempt, callbackId, result },
            taken === undefined ? {} : { taken: [...state.taken, taken] },
          ),
        ),
      )
      return [step('hands back', become({ kind: 'idle' }, { row })), ...calls, crash]
    }
    case 'answered': {
      const row = settle(state.row, rules, sender)
      return [
        step('writes down the answer', become({ kind: 'idle' }, { row })),
        { ...step('writes it down and is not told so', become(sender, { row })), isHubs: false },
        crash,
      ]
    }
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
  const decided = rules.decideResult(row, { attempt, callbackId }, result, now)
  switch (decided.kind) {
    case 'ignore':
      return row
    case 'uncertain':
      return { ...row, state: 'uncertain' }
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
    steps.push({ name: 'its time is over', isHubs: false, after: { ...state, row: expire(row) } })
  const recovered = rules.recover(row)
  if (recovered !== undefined)
    steps.push({ name: 'the lease runs out', isHubs: true, after: { ...state, row: recovered } })
  const again = rules.mayGoAgain(row)
  const resolved = rules.resolve(row, again)
  if (resolved !== undefined) {
    const forgivenBelow = again ? Math.max(state.forgivenBelow, resolved.attempt) : state.forgivenBelow
    steps.push({
      name: 'the grace time is over',
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
      isHubs: false,
      after: { ...state, row: applyStatus(state.row, rules, taken, status) },
    })),
  )
}

export function applyStatus(row: Row, rules: Rules, taken: Taken, status: StatusKind): Row {
  return rules.finds(row, taken) ? learn(row, rules, toNews(taken, status)) : row
}

function toNews({ wamid, fate }: Taken, status: StatusKind): News {
  const nth = Number(wamid.slice(1))
  const at = new Date(dueAt.getTime() + nth * 10_000)
  switch (status) {
    case 'sent':
      return { wamid, sentAt: at }
    case 'delivered':
      return { wamid, deliveredAt: new Date(at.getTime() + 1) }
    case 'read':
      return { wamid, readAt: new Date(at.getTime() + 2) }
    case 'failed':
      return { wamid, failure: { at: new Date(at.getTime() + 3), code: fate.code, details: null } }
  }
}
