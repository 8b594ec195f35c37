export type Consent = 'unknown' | 'pending' | 'opted_in' | 'opted_out'

export interface Person {
  id: number
  shopId: number
  publicId: string
  rootId: number
  firstName: string | null
  lastName: string | null
  language: string | null
  country: string | null
  sendRegions: string[]
  consent: Consent
  consentAt: Date | null
  /** How the consent in force was given: consent_log.how. */
  consentSource: string | null
  metaStop: boolean
  marketingPausedAt: Date | null
  lastInboundAt: Date | null
}
