import { z } from 'zod'
import { Problem } from '../../platform/web.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { idText, language, yesOrNo } from './fields.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import { alert, consentEntry, identity, interest, person, view } from './person-schemas.ts'
import { findPeople, findPerson } from './person-store.ts'
import { plain } from './plain.ts'
import type { Reads } from './reads.ts'

const wholePerson = person.extend({
  identities: z.array(identity),
  consentLog: z
    .array(consentEntry)
    .meta({ description: 'The latest 100, newest first; so are the following.' }),
  alerts: z.array(alert),
  views: z.array(view),
  interest: z.array(interest).meta({ description: 'Views rolled up, one entry per product.' }),
})

export function personEndpoints({ reads }: { reads: Reads }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/people',
      summary: 'People, with their consent',
      tag: 'people',
      query: z.strictObject({
        ...pageQuery,
        consent: z.enum(['unknown', 'pending', 'opted_in', 'opted_out']).optional(),
        metaStop: yesOrNo.optional(),
        language: language.optional(),
      }),
      answer: pageOf(person),
      handle: async ({ shop, query }) => toPage(await findPeople(reads, shop.id, query, query), query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/people/:id',
      summary: 'One person: identities, consent log, alerts, views',
      tag: 'people',
      params: z.strictObject({ id: idText }),
      answer: wholePerson,
      handle: async ({ shop, params }) => {
        const found = await findPerson(reads, shop.id, params.id)
        if (found === undefined) throw new Problem(404, 'person_not_found', 'There is no such person')
        return plain(found)
      },
    }),
  ]
}
