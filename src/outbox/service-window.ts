import type { Address } from './address-store.ts'

const windowMs = 24 * 3_600_000

/** Meta's customer service window: 24 hours from the person's last message, in which free messages are allowed. */
export function isWindowOpen({ lastInboundAt }: Pick<Address, 'lastInboundAt'>, now: Date): boolean {
  return lastInboundAt !== null && now.getTime() - lastInboundAt.getTime() < windowMs
}
