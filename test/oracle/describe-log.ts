import type { Sql } from '../../src/platform/database.ts'
import type { Candidacy, Message, Moment, World } from './world.ts'

/** What there is to say about a candidacy, its message among it, without ids that only one side knows. One line each, in a fixed order. */
export type Line = Record<string, string | number | boolean | null>

const clock = (at: Moment | Date | null): string | null => (at === null ? null : new Date(at).toISOString())

/** What the oracle says. */
export function describeWorld(world: World): Line[] {
  const nameOf = (candidacy: Candidacy): string =>
    [candidacy.kind, candidacy.personId, candidacy.itemKey, candidacy.occasion].join(' ')
  const lines = world.candidacies.map((candidacy) => {
    const message = world.messages.find((one) => one.id === candidacy.messageId)
    const competing = world.candidacies.find((one) => one.id === candidacy.competingId)
    return {
      candidacy: nameOf(candidacy),
      trigger: candidacy.trigger,
      value: candidacy.value,
      state: candidacy.state,
      reason: candidacy.reason,
      retryAt: candidacy.state === 'waiting' && candidacy.reason !== null ? clock(candidacy.retryAt) : null,
      expiresAt: clock(candidacy.expiresAt),
      interestAt: clock(candidacy.interestAt),
      referenceMinor: candidacy.referenceMinor,
      priceMinor: candidacy.priceMinor,
      dropBps: candidacy.dropBps,
      variant: candidacy.variant,
      competing: competing === undefined || !isLoser(candidacy) ? null : nameOf(competing),
      ...describeMessage(message, world),
    }
  })
  return inOrder(lines)
}

/** An earlier loss is of no interest once something else is said. */
function isLoser(candidacy: Candidacy): boolean {
  return candidacy.reason === 'outranked' || candidacy.reason === 'grouped'
}

function describeMessage(message: Message | undefined, world: World): Line {
  if (message === undefined) return { message: null }
  const answered = world.candidacies.filter((one) => one.messageId === message.id)
  return {
    message: `${message.purpose} ${message.state}`,
    messagePerson: message.personId,
    dueAt: clock(message.dueAt),
    countedAt: clock(message.countedAt),
    answers: answered.length,
  }
}

/** What the planners wrote. */
export async function readLog(sql: Sql, shopId: number): Promise<Line[]> {
  const rows = await sql.query<Record<string, string | number | boolean | Date | null>>(
    `select c.kind || ' ' || l.person_id || ' ' || l.item_key || ' ' || l.occasion as candidacy, l.trigger, l.value, l.state, l.reason,
       case when l.state = 'waiting' and l.reason is not null then l.retry_at end as retry_at, l.expires_at, l.interest_at, l.reference_minor, l.price_minor,
       l.drop_bps, l.variant,
       (select oc.kind || ' ' || o.person_id || ' ' || o.item_key || ' ' || o.occasion from reengagement_log o
          join campaigns oc on oc.id = o.campaign_id where o.id = l.competing_id and l.reason in ('outranked', 'grouped')) as competing,
       m.purpose || ' ' || m.state as message, m.person_id as message_person, m.due_at, m.counted_at,
       (select count(*) from reengagement_log o where o.message_id = m.id) as answers
     from reengagement_log l join campaigns c on c.id = l.campaign_id left join messages m on m.id = l.message_id
     where l.shop_id = $1`,
    [shopId],
  )
  return inOrder(
    rows.map((row) => {
      const { message, messagePerson, dueAt, countedAt, answers, ...candidacy } = row
      const line = message === null ? { message } : { message, messagePerson, dueAt, countedAt, answers }
      return toLine({ ...candidacy, ...line })
    }),
  )
}

function toLine(row: Record<string, string | number | boolean | Date | null | undefined>): Line {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Date ? value.toISOString() : (value ?? null),
    ]),
  )
}

function inOrder(lines: Line[]): Line[] {
  return lines.sort((one, other) => (String(one.candidacy) < String(other.candidacy) ? -1 : 1))
}

/** What differs, a line for each candidacy and field; empty when they agree. */
export function findDifferences(expected: readonly Line[], actual: readonly Line[]): string[] {
  const names = new Set([...expected, ...actual].map((line) => String(line.candidacy)))
  return [...names].flatMap((name) => {
    const wanted = expected.find((line) => line.candidacy === name)
    const found = actual.find((line) => line.candidacy === name)
    if (wanted === undefined) return [`${name}: written (${tell(found)}), but the rules say nothing`]
    if (found === undefined) return [`${name}: missing, the rules say ${tell(wanted)}`]
    const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    return fields
      .filter((field) => (wanted[field] ?? null) !== (found[field] ?? null))
      .map((field) => `${name}: ${field} is ${show(found[field])}, the rules say ${show(wanted[field])}`)
  })
}

function tell(line: Line | undefined): string {
  return [line?.trigger, line?.state, line?.reason, line?.message]
    .filter((one) => one !== null && one !== undefined)
    .join(', ')
}

function show(value: Line[string] | undefined): string {
  return JSON.stringify(value ?? null)
}
