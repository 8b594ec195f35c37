import { canonicalPhone, canonicalWaId } from './canonical-phone.ts'
import { storableText } from './storable-text.ts'

export type IdentityKind = 'phone' | 'wa_id' | 'bsuid' | 'email' | 'wc_customer'

export interface GivenIdentity {
  kind: IdentityKind
  /** As the other side spells it. */
  value: string
  /** Proven by the channel it came through, as opposed to typed into a form. */
  verified: boolean
}

export interface Identity extends GivenIdentity {
  /** The canonical spelling, by which it is found. */
  value: string
  asGiven: string
}

/** A current row: whose it is. */
export interface KnownIdentity {
  id: number
  personId: number
  rootId: number
  kind: IdentityKind
  value: string
  verified: boolean
  startedAt: Date
}

/** Those that can be identities at all, in their canonical spelling; each once, the verified one where both were given. */
export function normaliseIdentities(given: readonly GivenIdentity[], shopCountry: string): Identity[] {
  const found = new Map<string, Identity>()
  for (const identity of given) {
    const value = canonicalValue(identity, shopCountry)
    if (value === undefined) continue
    const key = `${identity.kind}:${value}`
    if (found.get(key)?.verified !== true)
      found.set(key, { ...identity, value, asGiven: storableText(identity.value, 200) })
  }
  return [...found.values()]
}

function canonicalValue({ kind, value }: GivenIdentity, shopCountry: string): string | undefined {
  switch (kind) {
    case 'wa_id':
      return canonicalWaId(value)
    case 'phone':
      return canonicalPhone(value, shopCountry)?.e164
    case 'email': {
      const email = value.trim().toLowerCase()
      return email.length <= 254 && /^[^\s@\0]+@[^\s@\0]+\.[^\s@\0]+$/.test(email) ? email : undefined
    }
    case 'bsuid':
      return /^[A-Z]{2}\.[\w.]{1,140}$/.test(value) ? value : undefined
    case 'wc_customer':
      return /^[1-9]\d{0,15}$/.test(value) ? value : undefined
  }
}

/** A number is one thing, whether typed or known from WhatsApp. */
export function isNumber(identity: { kind: string }): boolean {
  return identity.kind === 'phone' || identity.kind === 'wa_id'
}
