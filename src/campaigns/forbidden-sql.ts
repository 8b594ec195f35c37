/**
 * SQL: the branches of a `case` with the first reason that forbids a campaign message to a person, in the order in which every kind gives
 * them; null lets a kind's own reasons follow. `person` is the alias of the root's row in people, `asked` SQL of whether they asked for
 * it: of what they asked for, only the country forbids anything here, the rest is decided when it is ready.
 */
export function forbiddenSql(names: {
  person: string
  asked?: string
  marketingToUs: string
  audience: string
}): string {
  const { person, asked, audience } = names
  const unasked = asked === undefined ? '' : `not ${asked} and `
  return `when ${person}.country = 'US' and not ${names.marketingToUs} then 'us_marketing_blocked'
        when ${unasked}${person}.consent = 'opted_out' then 'opted_out'
        when ${unasked}${person}.consent <> 'opted_in' then 'no_consent'
        when ${unasked}${person}.meta_stop then 'meta_stop'
        when ${unasked}${person}.marketing_paused_at is not null then 'paused'
        when ${unasked}not ${audience} then 'not_in_audience'`
}
