import { languageOfCountry } from '../people/country-language.ts'

// Languages that the templates of this installation are written in, as Meta names them.
const known = ['en', 'es', 'pt_BR', 'fr', 'de', 'hi', 'id', 'ar']

/** In order of preference: the person's own choice, their country's, the shop's. */
export function templateLanguages(
  person: { language: string | null; country: string | null },
  shopLanguage: string,
): string[] {
  const wanted = [person.language, languageOfCountry(person.country), shopLanguage, 'en']
  return [...new Set(wanted.flatMap((language) => findKnown(language) ?? []))]
}

function findKnown(language: string | null | undefined): string | undefined {
  if (language === null || language === undefined) return undefined
  const spelled = language.replace('-', '_')
  return (
    known.find((one) => one === spelled) ??
    known.find((one) => one.slice(0, 2) === spelled.slice(0, 2).toLowerCase())
  )
}
