// The language most customers of a country read, for as long as a person has not chosen one. Those in which there are texts.
const languages: Readonly<Record<string, readonly string[]>> = {
  pt: ['BR', 'PT', 'AO', 'MZ', 'CV'],
  de: ['DE', 'AT', 'CH', 'LI'],
  es: [
    ...['ES', 'MX', 'AR', 'CO', 'CL', 'PE', 'UY', 'EC', 'BO', 'PY', 'VE'],
    ...['CR', 'CU', 'DO', 'GT', 'HN', 'NI', 'PA', 'PR', 'SV'],
  ],
  fr: [
    'FR',
    'MC',
    'LU',
    'GP',
    'MQ',
    'RE',
    'GF',
    'SN',
    'CI',
    'ML',
    'BF',
    'NE',
    'TG',
    'BJ',
    'GA',
    'CG',
    'CD',
    'GN',
    'MG',
  ],
  id: ['ID'],
  ar: [
    ...['SA', 'AE', 'EG', 'JO', 'LB', 'KW', 'QA', 'BH', 'OM', 'IQ', 'YE'],
    ...['SY', 'PS', 'LY', 'SD', 'DZ', 'MA', 'TN', 'MR'],
  ],
  // India: English is read in all of its states, Hindi is for those who choose it.
  en: ['GB', 'US', 'IE', 'AU', 'CA', 'NZ', 'IN', 'ZA', 'SG', 'NG', 'GH', 'KE', 'JM', 'TT', 'MT'],
}

const byCountry = new Map(
  Object.entries(languages).flatMap(([language, countries]) =>
    countries.map((country) => [country, language] as const),
  ),
)

/** Two letters ('pt'); undefined for a country that is not listed, or not known. */
export function languageOfCountry(country: string | null): string | undefined {
  return country === null ? undefined : byCountry.get(country)
}

/** Where people who chose no language are written to in one of these (two letters each). */
export function countriesOfLanguages(wanted: readonly string[]): string[] {
  return [...byCountry].filter(([, language]) => wanted.includes(language)).map(([country]) => country)
}
