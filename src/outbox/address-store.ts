import type { Recipient } from '../connectors/meta/wire-message.ts'
import { unreachableSql } from '../people/unreachable-store.ts'
import type { Sql } from '../platform/database.ts'
import { groupBy } from './group-by.ts'

/** Where a person is written to, and since when they last wrote to us; merged records count as one person. */
export interface Address {
  recipient: Recipient | undefined
  /** The best of their numbers, also where `recipient` is a user id. */
  number: Recipient | undefined
  /** WhatsApp could not reach any of their addresses, several times in a row. */
  isUnreachable: boolean
  lastInboundAt: Date | null
  /** ISO 3166-1 alpha-2, where known. */
  country: string | null
}

interface AddressRow {
  rootId: number
  kind: 'wa_id' | 'phone' | 'bsuid' | null
  value: string | null
  asGiven: string | null
  isUnreachable: boolean
  lastInboundAt: Date | null
  country: string | null
}

/**
 * By root id. What can be reached comes first; what a person has proven comes before what somebody typed; then the number WhatsApp itself knows them by, a phone, a
 * business-scoped user id; then the newest.
 */
export async function listAddresses(
  sql: Sql,
  people: { shopIds: readonly number[]; rootIds: readonly number[] },
): Promise<Map<number, Address>> {
  const rows = await sql.query<AddressRow>(
    `select record.root_id, i.kind, i.value, i.as_given, root.country, inbound.last_inbound_at,
       coalesce(${unreachableSql('i', 'inbound.last_inbound_at')}, false) as is_unreachable
     from people record join people root on root.id = record.root_id
     cross join lateral (select max(other.last_inbound_at) as last_inbound_at from people other where other.root_id = record.root_id) inbound
     left join person_identities i
       on i.person_id = record.id and i.shop_id = record.shop_id and i.ended_at is null and i.kind in ('wa_id', 'phone', 'bsuid')
     where record.root_id = any($1) and record.shop_id = any($2)
     order by record.root_id, is_unreachable, i.verified desc nulls last, array_position(array['wa_id', 'phone', 'bsuid'], i.kind),
       i.started_at desc, i.id desc`,
    [people.rootIds, people.shopIds],
  )
  return new Map([...groupBy(rows, (row) => row.rootId)].map(([rootId, own]) => [rootId, toAddress(own)]))
}

function toAddress(own: readonly AddressRow[]): Address {
  const recipients = own.flatMap((row) => toRecipient(row) ?? [])
  return {
    recipient: recipients[0],
    number: recipients.find(({ kind }) => kind === 'number'),
    isUnreachable: own.find((row) => toRecipient(row) !== undefined)?.isUnreachable ?? false,
    lastInboundAt: own[0]?.lastInboundAt ?? null,
    country: own[0]?.country ?? null,
  }
}

// WhatsApp's own spelling of a number may differ from the canonical one (Brazil, Mexico, Argentina), and is sure to reach them.
function toRecipient({ kind, value, asGiven }: AddressRow): Recipient | undefined {
  if (kind === null || value === null) return undefined
  if (kind === 'bsuid') return { kind, bsuid: asGiven ?? value }
  const digits = (kind === 'wa_id' ? (asGiven ?? value) : value).replace(/\D/g, '')
  return digits === '' ? undefined : { kind: 'number', number: `+${digits}` }
}
