export interface Shop {
  id: number
  /** The shop's name in paths. */
  key: string
  name: string
  /** IANA zone; "day" and "09:00" of the shop's jobs are local to it. */
  timeZone: string
  /** ISO 4217 */
  currency: string
  /** ISO 3166-1 alpha-2 */
  country: string
  /** BCP 47, as templates name it: 'en', 'pt_BR' */
  language: string
  storeUrl: string | null
  /** Origins whose pages may call the storefront endpoints. */
  allowedOrigins: string[]
  isSandbox: boolean
}

/** A WhatsApp number of a shop. */
export interface PhoneNumber {
  id: number
  shopId: number
  wabaId: number
  /** Meta's phone_number_id */
  metaId: string
  /** Meta's id of the WhatsApp Business Account */
  wabaMetaId: string
  displayPhoneNumber: string
  ratePerSecond: number
  state: 'active' | 'stopped'
  stateReason: string | null
}
