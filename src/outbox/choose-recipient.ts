import type { Recipient } from '../connectors/meta/wire-message.ts'

/** Meta’s code for: this message cannot go to a business-scoped user id. */
const userIdRefused = 131062

/** Where a message goes: what was refused for a user id goes to the person's number the next time, or, without one, nowhere. */
export function chooseRecipient(
  address: { recipient: Recipient | undefined; number: Recipient | undefined },
  lastErrorCode: number | null,
): Recipient | 'no_address' | 'bsuid_unsupported' {
  if (lastErrorCode === userIdRefused) return address.number ?? 'bsuid_unsupported'
  return address.recipient ?? 'no_address'
}
