import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'

export interface CanonicalPhone {
  /** With +, one spelling per person. */
  e164: string
  /** ISO 3166-1 alpha-2 */
  country: string
}

/**
 * One spelling for a number as somebody typed it; without a country code it is read as a number of `country`. Undefined: its length
 * is no phone number's.
 */
export function canonicalPhone(raw: string, country: string): CanonicalPhone | undefined {
  const typed = parsePhoneNumberFromString(raw.trim().replace(/^00/, '+'), country as CountryCode)
  const respelt = typed === undefined ? undefined : parsePhoneNumberFromString(respell(typed.number))
  if (respelt?.country === undefined || !respelt.isPossible()) return undefined
  // Six digits may be possible where numbers are short (+98 0000), but nothing in WhatsApp has them. What is read differently
  // once it is written down (leading zeros taken for prefixes) is nobody's number either, and would be two people's.
  if (!isWaId(respelt.number.slice(1)) || readAgain(respelt.number) !== respelt.number) return undefined
  return { e164: respelt.number, country: respelt.country }
}

/** The same spelling for a wa_id, which always begins with the country code. WhatsApp knows that it exists, so only its form is looked at. */
export function canonicalWaId(waId: string): string | undefined {
  const digits = waId.replace(/^\+/, '')
  return isWaId(digits) ? respell(`+${digits}`) : undefined
}

const readAgain = (e164: string) => respell(parsePhoneNumberFromString(e164)?.number ?? '')

const isWaId = (digits: string) => /^[1-9]\d{6,14}$/.test(digits)

// WhatsApp keeps numbers as they were when the account was made: Brazilian mobiles (6 to 9 after the area code) without the ninth
// digit of 2016, Mexican ones with the 1 that was dropped in 2019. Argentina's mobiles have a 9 abroad that nobody dials at home.
function respell(e164: string): string {
  return e164
    .replace(/^\+55(\d{2})([6-9]\d{7})$/, '+55$19$2')
    .replace(/^\+521(\d{10})$/, '+52$1')
    .replace(/^\+54(?!9)(\d{10})$/, '+549$1')
}
