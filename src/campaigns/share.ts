import { createHash } from 'node:crypto'
import type { Variants } from './audience.ts'

/** A person's fixed share of a campaign, 0 up to but not including 10,000. The same number as arbiter/decision-sql.ts's shareSql gives. */
export function shareOf(salt: string, campaignId: number, personId: number): number {
  return hashOf(salt, campaignId, personId) % 10_000
}

/** The wording a person always gets from a campaign, by weight; null: it has only one. */
export function variantOf(variants: Variants, campaignId: number, personId: number): string | null {
  const total = variants.reduce((sum, variant) => sum + variant.weight, 0)
  if (total === 0) return null
  let left = hashOf('variant', campaignId, personId) % total
  for (const variant of variants) {
    if (left < variant.weight) return variant.name
    left -= variant.weight
  }
  return null
}

function hashOf(salt: string, campaignId: number, personId: number): number {
  const digest = createHash('md5')
    .update(`${salt}:${String(campaignId)}:${String(personId)}`)
    .digest()
  return digest.readUInt32BE(0)
}
