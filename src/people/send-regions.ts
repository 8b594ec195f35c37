import { timezones } from 'libphonenumber-geo-carrier'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { getTimezonesForCountry } from './country-zones.ts'

export interface Place {
  country: string | null
  /** 'CC|Zone' for each place the person may be in. */
  sendRegions: string[]
}

const placeOfNumber = new Map<string, Place>()

/**
 * Where a person may be: by the area code of their number where it tells, all zones of its country where it does not; else by the country
 * in front of a business-scoped user id.
 */
export async function findPlace(identities: readonly { kind: string; value: string }[]): Promise<Place> {
  const number = identities.find((identity) => identity.kind === 'wa_id' || identity.kind === 'phone')
  if (number !== undefined) return findPlaceOfNumber(number.value)
  const bsuid = identities.find((identity) => identity.kind === 'bsuid')
  const country = /^([A-Z]{2})\./.exec(bsuid?.value ?? '')?.[1]
  return country === undefined
    ? { country: null, sendRegions: [] }
    : { country, sendRegions: regionsOf(country, getTimezonesForCountry(country)) }
}

async function findPlaceOfNumber(e164: string): Promise<Place> {
  const known = placeOfNumber.get(e164)
  if (known !== undefined) return known
  const parsed = parsePhoneNumberFromString(e164)
  const country = parsed?.country ?? null
  // It reads the number's two codes, from any build of libphonenumber-js; its types name another build's class.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const zones = parsed === undefined ? null : await timezones(parsed)
  const place = {
    country,
    sendRegions: country === null ? [] : regionsOf(country, zones ?? getTimezonesForCountry(country)),
  }
  if (placeOfNumber.size > 50_000) placeOfNumber.clear()
  placeOfNumber.set(e164, place)
  return place
}

function regionsOf(country: string, zones: readonly string[]): string[] {
  return zones
    .filter((zone) => zone !== 'Etc/Unknown' && !zone.startsWith('Antarctica/'))
    .map((zone) => `${country}|${zone}`)
}
