/**
 * SQL: did this person (a root) say something in the last 24 hours that asks for an answer and got none yet? `rootId` and `now` are SQL of
 * the query it stands in.
 */
export function unansweredSql(rootId: string, now: string): string {
  return `exists (
    select 1 from people asker join inbound_messages said on said.person_id = asker.id
    where asker.root_id = ${rootId} and said.at > ${now} - interval '24 hours' and said.at <= ${now}
      and said.type not in ('reaction', 'system', 'unsupported')
      and not exists (select 1 from people told join messages answer on answer.person_id = told.id
        where told.root_id = ${rootId} and answer.purpose in ('reply', 'transactional') and answer.created_at >= said.received_at))`
}
