import type { Clock } from '../../platform/clock.ts'
import { createFifo } from '../fifo.ts'
import { GraphError } from './graph-error.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

/** Calls that read or change the account, its number and its templates, on the sandbox's clock. */
export interface ManagementLimits {
  /** Throws 80007. */
  beforeCall(): void
  /** Throws 80008. */
  beforeCreation(): void
}

const hourMs = 3_600_000

/**
 * The account's limits in a moving hour (about-the-platform). That only what is taken counts, and that 80008 is what one template too many
 * is answered, are guesses.
 */
export function createManagementLimits(
  { clock, account }: { clock: Clock; account: { wabaId: string } },
  settings: WhatsAppSettings,
): ManagementLimits {
  const calls = createHour(clock)
  const creations = createHour(clock)
  return {
    beforeCall: () => {
      const waitMs = calls.take(settings.managementCallsPerHour)
      if (waitMs > 0) throw tooMany(80007, { wabaId: account.wabaId, waitMs })
    },
    beforeCreation: () => {
      const waitMs = creations.take(settings.templateCreationsPerHour)
      if (waitMs > 0) throw tooMany(80008, { wabaId: account.wabaId, waitMs })
    },
  }
}

interface Hour {
  /** Takes a place if there is one; otherwise returns for how many milliseconds there will be none. Null: there always is. */
  take(limit: number | null): number
}

function createHour(clock: Clock): Hour {
  const taken = createFifo<number>()
  return {
    take: (limit) => {
      const nowMs = clock.now().getTime()
      for (let old = taken.first(); old !== undefined && old <= nowMs - hourMs; old = taken.first())
        taken.shift()
      const first = taken.first()
      if (limit !== null && taken.length >= limit) return (first ?? nowMs) + hourMs - nowMs
      taken.push(nowMs)
      return 0
    },
  }
}

function tooMany(code: number, { wabaId, waitMs }: { wabaId: string; waitMs: number }): GraphError {
  const use = { type: 'whatsapp', call_count: 100, total_cputime: 0, total_time: 0 }
  const minutes = Math.ceil(waitMs / 60_000)
  const usage = { [wabaId]: [{ ...use, estimated_time_to_regain_access: minutes }] }
  return new GraphError(code, undefined, { headers: { 'x-business-use-case-usage': JSON.stringify(usage) } })
}
