import { countriesOfLanguages } from '../people/country-language.ts'
import type { Audience } from './audience.ts'

export interface AudienceNames {
  /** SQL of the person's id: the root of merged records. */
  personId: string
  shopId: string
}

/** Takes a value into the statement and answers the parameter that stands for it: '$7'. */
export type Bind = (value: unknown) => string

type Choice = Audience['include']

/** Where something about a person is looked up: the conditions that hold there, and the row in which they must. */
interface Place {
  conditions: (choice: Choice, bind: Bind) => string[]
  hasRow: (conditions: string, names: AudienceNames) => string
}

/**
 * SQL: is this person in the audience? The text `true` where nothing is asked. Merged records count together: their tags, what they spent,
 * bought and viewed; language, country and how consent was given are the root's. A list that is empty asks nothing.
 */
export function audienceSql(audience: Audience, names: AudienceNames, bind: Bind): string {
  const included = places.flatMap((place) => {
    const conditions = place.conditions(audience.include, bind)
    return conditions.length === 0 ? [] : [place.hasRow(conditions.join(' and '), names)]
  })
  const excluded = places.flatMap((place) => {
    const conditions = place.conditions(audience.exclude, bind)
    return conditions.length === 0 ? [] : [`not ${place.hasRow(`(${conditions.join(' or ')})`, names)}`]
  })
  const asked = [...included, ...excluded, ...spentConditions(audience, names, bind)]
  return asked.length === 0 ? 'true' : `(${asked.join(' and ')})`
}

const isGiven = <T>(list: readonly T[] | undefined): list is readonly T[] =>
  list !== undefined && list.length > 0

// Aliases that no query around this would use, for inside an `exists` the nearer name wins.
const places: readonly Place[] = [
  {
    conditions: rootConditions,
    hasRow: (conditions, { personId, shopId }) =>
      `exists (select 1 from people aud_root where aud_root.id = ${personId} and aud_root.shop_id = ${shopId} and ${conditions})`,
  },
  {
    conditions: ({ tags }, bind) => (isGiven(tags) ? [`aud_record.tags && ${bind(tags)}::text[]`] : []),
    hasRow: (conditions, { personId }) =>
      `exists (select 1 from people aud_record where aud_record.root_id = ${personId} and ${conditions})`,
  },
  {
    conditions: ({ categoryIds }, bind) =>
      isGiven(categoryIds)
        ? [
            `aud_interest.category_id = any(${bind(categoryIds)}::bigint[]) and aud_interest.views + aud_interest.purchases > 0`,
          ]
        : [],
    hasRow: (conditions, { personId }) =>
      `exists (select 1 from people aud_record join category_interest aud_interest on aud_interest.person_id = aud_record.id
        where aud_record.root_id = ${personId} and ${conditions})`,
  },
]

function rootConditions({ countries, languages, consentSources }: Choice, bind: Bind): string[] {
  return [
    ...(isGiven(countries) ? [`aud_root.country = any(${bind(countries)}::text[])`] : []),
    ...(isGiven(languages) ? [languageCondition(languages, bind)] : []),
    ...(isGiven(consentSources) ? [`aud_root.consent_source = any(${bind(consentSources)}::text[])`] : []),
  ]
}

// 'pt_BR' is Portuguese, and 'fil' is not Finnish.
function languageCondition(languages: readonly string[], bind: Bind): string {
  const chosen = `lower(split_part(translate(aud_root.language, '_', '-'), '-', 1)) = any(${bind(languages)}::text[])`
  const byCountry = `aud_root.country = any(${bind(countriesOfLanguages(languages))}::text[])`
  return `case when aud_root.language is null then ${byCountry} else ${chosen} end`
}

function spentConditions(
  { minSpentMinor, maxSpentMinor }: Audience,
  { personId }: AudienceNames,
  bind: Bind,
): string[] {
  if (minSpentMinor === null && maxSpentMinor === null) return []
  const spent = `coalesce((select sum(aud_bought.spent_minor) from people aud_record
    join person_purchases aud_bought on aud_bought.person_id = aud_record.id where aud_record.root_id = ${personId}), 0)`
  return [
    ...(minSpentMinor === null ? [] : [`${spent} >= ${bind(minSpentMinor)}::bigint`]),
    ...(maxSpentMinor === null ? [] : [`${spent} <= ${bind(maxSpentMinor)}::bigint`]),
  ]
}
