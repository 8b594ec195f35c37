/** All zones of a country (ISO 3166-1 alpha-2), from the runtime's own data; none for a code it does not know. */
export function getTimezonesForCountry(country: string): string[] {
  try {
    // A property in Node 20, a method in later versions of the standard.
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
      timeZones?: string[]
      getTimeZones?: () => string[]
    }
    return locale.timeZones ?? locale.getTimeZones?.() ?? []
  } catch {
    return []
  }
}
