import type { Sql } from '../platform/database.ts'
import type { NoticeCode } from '../shops/notices.ts'

/** Of messages, one for each template that they were sent with. */
export async function pickOnePerTemplate(sql: Sql, messageIds: readonly number[]): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select distinct on (n.waba_id, m.template_name, m.template_language) m.id
     from messages m join phone_numbers n on n.id = m.phone_number_id
     where m.id = any($1) and m.template_name is not null
     order by n.waba_id, m.template_name, m.template_language, m.id`,
    [messageIds],
  )
  return rows.map(({ id }) => id)
}

/** Where the people of these messages are, each country once; who is nowhere known is left out. */
export function listCountriesOf(
  sql: Sql,
  messageIds: readonly number[],
): Promise<{ shopId: number; wabaId: number; account: string; country: string; code: number | null }[]> {
  return sql.query(
    `select m.shop_id, n.waba_id, w.meta_id as account, p.country, min(m.error_code) as code from messages m
     join people p on p.id = m.person_id join phone_numbers n on n.id = m.phone_number_id join meta_wabas w on w.id = n.waba_id
     where m.id = any($1) and p.country is not null group by m.shop_id, n.waba_id, w.meta_id, p.country
     order by m.shop_id, n.waba_id, p.country`,
    [messageIds],
  )
}

const countryNotice = 'country_restricted' satisfies NoticeCode

/** Countries that an account may not write to, as long as nobody has said that they are open again. */
export async function listRestrictedCountries(
  sql: Sql,
  account: { shopId: number; wabaId: number },
): Promise<string[]> {
  const rows = await sql.query<{ country: string }>(
    `select details->>'country' as country from notices
     where shop_id = $1 and code = $2 and resolved_at is null and details->>'wabaId' = $3::text`,
    [account.shopId, countryNotice, String(account.wabaId)],
  )
  return rows.map(({ country }) => country)
}

export function listNumberNames(sql: Sql, ids: readonly number[]): Promise<{ id: number; name: string }[]> {
  return sql.query(
    `select id, display_phone_number as name from phone_numbers where id = any($1) order by id`,
    [ids],
  )
}
