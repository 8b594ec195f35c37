import type { Recipient } from '../connectors/meta/wire-message.ts'

/** Meta’s code for: this message cannot go to a business-scoped user id. */
const userIdRefused = 131062

/** Of this message, by the attempt before or an earlier one. */
export function isUserIdRefused(row: { lastErrorCode: number | null; userIdRefused: boolean }): boolean {
  return row.userIdRefused || row.lastErrorCode === userIdRefused
}

/** Where a message goes: what was once refused for a user id goes to the person's number from then on, or, without one, nowhere. */
export function chooseRecipient(
  address: { recipient: Recipient | undefined; number: Recipient | undefined },
  row: { lastErrorCode: number | null; userIdRefused: boolean },
): Recipient | 'no_address' | 'bsuid_unsupported' {
  if (isUserIdRefused(row)) return address.number ?? 'bsuid_unsupported'
  return address.recipient ?? 'no_address'
}
