import type { Pending } from '../pending.ts'
import type { WhatsAppFaults } from './faults.ts'
import type { Status, StatusName } from './graph-state.ts'
import { recordStatuses, type StatusDeps } from './record-statuses.ts'
import type { RetryTimers } from './retry-timers.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'
import type { Clock } from '../../platform/clock.ts'

export interface PlayDeps extends StatusDeps {
  clock: Clock
  faults: WhatsAppFaults
  settings: WhatsAppSettings
  pending: Pending
  timers: RetryTimers
}

export type NextStatus = Omit<Status, 'atMs'> & { status: StatusName }

/** The statuses of a message that was just taken: at once, or after its answer and one after the other, where that is set. */
export function playStatuses(deps: PlayDeps, messageId: string, statuses: readonly NextStatus[]): void {
  const record = (some: readonly NextStatus[]): void => {
    const atMs = deps.clock.now().getTime()
    recordStatuses(
      deps,
      messageId,
      some.map((status) => ({ ...status, atMs })),
    )
  }
  const { answerDelayMs } = deps.faults
  const { statusDelayMs } = deps.settings
  if (answerDelayMs + statusDelayMs === 0) {
    record(statuses)
    return
  }
  const groups = statusDelayMs === 0 ? [statuses] : statuses.map((status) => [status])
  groups.forEach((group, at) => {
    const waited = deps.timers.wait(answerDelayMs + at * statusDelayMs)
    deps.pending.track(waited.then(() => record(group)))
  })
}
