/** 'pt' takes 'pt_BR' and the other way round, but what is spelled the same comes first. */
export function findInLanguage(known: readonly string[], language: string): string[] {
  const asked = normalize(language)
  const same = known.filter((one) => normalize(one) === asked)
  return same.length > 0 ? same : known.filter((one) => baseOf(one) === baseOf(language))
}

/** 'pt' of 'pt_BR' and 'pt-BR'. */
export function baseOf(language: string): string {
  return normalize(language).replace(/_.*/, '')
}

function normalize(language: string): string {
  return language.replace('-', '_').toLowerCase()
}
