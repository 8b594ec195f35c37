import type { Sql } from '../platform/database.ts'

/** The current identities to which messages were sent: once for each message. With `refused`, only those that WhatsApp has refused before. */
export async function listIdentitiesSentTo(
  sql: Sql,
  messageIds: readonly number[],
  { refused }: { refused: boolean },
): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `select i.id from messages m join people sent on sent.id = m.person_id join people record on record.root_id = sent.root_id
       join person_identities i on i.person_id = record.id and i.ended_at is null and ($2::boolean is false or i.refusals > 0)
     where m.id = any($1) and case i.kind when 'bsuid' then i.as_given = m.sent_to
       when 'wa_id' then '+' || regexp_replace(i.as_given, '\\D', '', 'g') = m.sent_to
       when 'phone' then '+' || regexp_replace(i.value, '\\D', '', 'g') = m.sent_to else false end
     order by i.id`,
    [messageIds, refused],
  )
  return rows.map(({ id }) => id)
}
