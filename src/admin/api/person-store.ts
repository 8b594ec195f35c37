import type { Prisma } from '../../../generated/prisma/client.ts'
import { given } from './fields.ts'
import { keyset, type Page } from './paging.ts'
import type { Reads } from './reads.ts'

/** How many of the latest consents, views and alerts come with a person. */
const latest = 100

const columns = {
  id: true,
  rootId: true,
  mergedInto: true,
  firstName: true,
  lastName: true,
  language: true,
  country: true,
  askedTimeZone: true,
  sendRegions: true,
  consent: true,
  consentAt: true,
  consentSource: true,
  tags: true,
  metaStop: true,
  metaStopAt: true,
  marketingPausedAt: true,
  lastInboundAt: true,
  createdAt: true,
  updatedAt: true,
  erasedAt: true,
} satisfies Prisma.PersonSelect

export interface PersonFilter {
  consent?: string | undefined
  metaStop?: boolean | undefined
  language?: string | undefined
}

/** People that count: records that were merged into another are not shown beside it. */
export function findPeople(reads: Reads, shopId: number, filter: PersonFilter, page: Page) {
  const { take, where, orderBy } = keyset(page)
  const { consent, metaStop, language } = filter
  const isRoot = { mergedInto: null }
  return reads.person.findMany({
    select: columns,
    where: { AND: [where, { shopId, ...isRoot, ...given({ consent, metaStop, language }) }] },
    orderBy,
    take,
  })
}

/** The records that are one person: the one with this id, and all that it was merged with. Empty for an unknown id. */
export async function findRecordsOfPerson(
  reads: Reads,
  shopId: number,
  id: number,
): Promise<{ rootId: bigint; ids: bigint[] }> {
  const person = await reads.person.findFirst({ select: { rootId: true }, where: { shopId, id } })
  if (person === null) return { rootId: 0n, ids: [] }
  const records = await reads.person.findMany({
    select: { id: true },
    where: { shopId, rootId: person.rootId },
  })
  return { rootId: person.rootId, ids: records.map((record) => record.id) }
}

/** Everything known about one person, whichever of the merged records the id names. */
export async function findPerson(reads: Reads, shopId: number, id: number) {
  const { rootId, ids } = await findRecordsOfPerson(reads, shopId, id)
  const person = await reads.person.findFirst({ select: columns, where: { shopId, id: rootId } })
  if (person === null) return undefined
  const ofPerson = { shopId, personId: { in: ids } }
  const [identities, consentLog, alerts, views, interest] = await Promise.all([
    reads.personIdentity.findMany({ omit: { shopId: true }, where: ofPerson, orderBy: { id: 'asc' } }),
    reads.consentLog.findMany({
      omit: { shopId: true },
      where: ofPerson,
      orderBy: { id: 'desc' },
      take: latest,
    }),
    reads.alert.findMany({ omit: { shopId: true }, where: ofPerson, orderBy: { id: 'desc' }, take: latest }),
    reads.productView.findMany({
      omit: { shopId: true, sourceKey: true },
      where: ofPerson,
      orderBy: { at: 'desc' },
      take: latest,
    }),
    reads.productInterest.findMany({
      omit: { shopId: true },
      where: ofPerson,
      orderBy: { lastAt: 'desc' },
      take: latest,
    }),
  ])
  return { ...person, identities, consentLog, alerts, views, interest }
}
