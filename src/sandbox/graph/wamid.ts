import type { Random } from '../../platform/random.ts'

/** Like WhatsApp's: opaque, base64 of the other side's number and something unique. */
export function newWamid(random: Random, address: string): string {
  return `wamid.${Buffer.from(`HBgL${address}|${random.token(12)}`).toString('base64')}`
}
