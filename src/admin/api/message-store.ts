import { given } from './fields.ts'
import { keyset, type Page } from './paging.ts'
import { findRecordsOfPerson } from './person-store.ts'
import type { Reads } from './reads.ts'

export interface MessageFilter {
  personId?: number | undefined
  state?: string | undefined
  purpose?: string | undefined
}

export async function findMessages(reads: Reads, shopId: number, filter: MessageFilter, page: Page) {
  const { take, where, orderBy } = keyset(page)
  const { state, purpose } = filter
  return reads.message.findMany({
    omit: {
      shopId: true,
      phoneNumberId: true,
      leaseUntil: true,
      uniqueKey: true,
      reservedMicros: true,
      reservedDay: true,
    },
    where: {
      AND: [
        where,
        { shopId, ...given({ state, purpose }), ...(await ofPerson(reads, shopId, filter.personId)) },
      ],
    },
    orderBy,
    take,
  })
}

export async function findInboundMessages(
  reads: Reads,
  shopId: number,
  personId: number | undefined,
  page: Page,
) {
  const { take, where, orderBy } = keyset(page)
  return reads.inboundMessage.findMany({
    omit: { shopId: true, phoneNumberId: true, payload: true },
    where: { AND: [where, { shopId, ...(await ofPerson(reads, shopId, personId)) }] },
    orderBy,
    take,
  })
}

/** Also what was written to, or by, a record that has since been merged with this person's. */
async function ofPerson(
  reads: Reads,
  shopId: number,
  personId: number | undefined,
): Promise<{ personId?: { in: bigint[] } }> {
  if (personId === undefined) return {}
  const { ids } = await findRecordsOfPerson(reads, shopId, personId)
  return { personId: { in: ids } }
}
