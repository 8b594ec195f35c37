import type { Sql } from '../../platform/database.ts'

/** A decision as it stands in the log, with the WhatsApp number of its person and the mark that its message carried. */
export interface LoggedDecision {
  kind: string
  state: string
  reason: string | null
  at: Date
  phone: string | null
  callbackId: string | null
}

export function listDecisions(sql: Sql): Promise<LoggedDecision[]> {
  return sql.query(
    `select c.kind, l.state, l.reason, l.considered_at as at, m.callback_id,
       (select i.value from people r join person_identities i on i.person_id = r.id and i.kind = 'wa_id' and i.ended_at is null
        where r.root_id = p.root_id order by i.id limit 1) as phone
     from reengagement_log l join campaigns c on c.id = l.campaign_id join people p on p.id = l.person_id
       left join messages m on m.id = l.message_id and m.started_at is not null
     order by l.id`,
  )
}

/** A message that WhatsApp never saw: held out, or taken back before it went. */
export interface UnsentMessage {
  kind: string
  purpose: string
  state: string
  phone: string | null
  at: Date
}

export function listUnsent(sql: Sql): Promise<UnsentMessage[]> {
  return sql.query(
    `select distinct on (m.id) c.kind, m.purpose, m.state, coalesce(m.counted_at, m.due_at) as at,
       (select i.value from people r join person_identities i on i.person_id = r.id and i.kind = 'wa_id' and i.ended_at is null
        where r.root_id = p.root_id order by i.id limit 1) as phone
     from messages m join message_candidacies mc on mc.message_id = m.id join reengagement_log l on l.id = mc.candidacy_id
       join campaigns c on c.id = l.campaign_id join people p on p.id = m.person_id
     where m.started_at is null and m.purpose in ('campaign', 'alert')
     order by m.id, l.value, l.id`,
  )
}
