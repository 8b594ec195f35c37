/** How many people a portfolio may write to outside the 24-hour window in a moving day. `unknown`: Meta has not said so far. */
export type MessagingTier = { kind: 'limited'; people: number } | { kind: 'unlimited' } | { kind: 'unknown' }

const thousands: Readonly<Record<string, number>> = { '': 1, K: 1_000, M: 1_000_000 }

/** As it is kept: TIER_250, TIER_2K, …, TIER_UNLIMITED. */
export function readMessagingTier(stored: string | null): MessagingTier {
  if (stored === null) return { kind: 'unknown' }
  const [, count, unit] = /^TIER_(\d{1,9})([KM]?)$/.exec(stored) ?? []
  if (count !== undefined) return { kind: 'limited', people: Number(count) * (thousands[unit ?? ''] ?? 1) }
  return stored === 'TIER_UNLIMITED' ? { kind: 'unlimited' } : { kind: 'unknown' }
}

/** Whether it lets fewer people be written to. */
export function isLowerTier(stored: string, than: string | null): boolean {
  return peopleOf(stored) < peopleOf(than)
}

function peopleOf(stored: string | null): number {
  const tier = readMessagingTier(stored)
  return tier.kind === 'limited' ? tier.people : Infinity
}

/**
 * The form in which it is kept, of what Meta says in its several ways: TIER_2K, 2K, 2000, and for no limit TIER_UNLIMITED, UNLIMITED or -1
 * (webhooks business_capability_update and phone_number_quality_update, the number's own field). Undefined: it says nothing of a tier, as
 * NOT_SET does, by which Meta means a number that has not been used so far.
 */
export function toStoredTier(said: unknown): string | undefined {
  if (typeof said === 'number') return fromNumber(said)
  if (typeof said !== 'string') return undefined
  const name = said
    .trim()
    .toUpperCase()
    .replace(/^TIER_/, '')
  if (name === 'UNLIMITED') return 'TIER_UNLIMITED'
  if (/^-?\d+$/.test(name)) return fromNumber(Number(name))
  return /^\d{1,6}[KM]$/.test(name) ? `TIER_${name}` : undefined
}

function fromNumber(people: number): string | undefined {
  if (people === -1) return 'TIER_UNLIMITED'
  if (!Number.isSafeInteger(people) || people < 1 || people > 999_999_999) return undefined
  return people >= 1_000 && people % 1_000 === 0 ? `TIER_${people / 1_000}K` : `TIER_${people}`
}
