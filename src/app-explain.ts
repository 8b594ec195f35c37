import { HubError, type Fault } from './platform/errors.ts'

/** What a person at a terminal reads when something has failed: a sentence, every fault, and what to do. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof HubError))
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return [thrown.message, ...thrown.faults.map(faultLine), thrown.advice].filter(Boolean).join('\n')
}

function faultLine({ where, message }: Fault): string {
  if (message.includes(where)) return `  - ${message}`
  return /^[A-Z]/.test(message) ? `  - ${where}: ${message}` : `  - ${where} ${message}`
}
