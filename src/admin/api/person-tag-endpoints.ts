import { z } from 'zod'
import { findPersonById } from '../../people/person-store.ts'
import { tagPerson } from '../../people/tag-person.ts'
import type { Database } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import { actorOf } from './actor.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, text } from './fields.ts'

export function personTagEndpoints({ db }: { db: Database }): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: '/v1/people/:id/tags',
      summary: 'Replaces the tags of a person; audiences choose by them',
      tag: 'people',
      params: z.strictObject({ id: idText }),
      body: z.strictObject({ tags: z.array(text(50)).max(100) }),
      answer: z.strictObject({
        personId: id.meta({ description: 'The record that counts.' }),
        tags: z.array(z.string()).meta({ description: 'Lower case, each once.' }),
      }),
      handle: ({ shop, params, body, now }) =>
        db.transaction(async (tx) => {
          const person = await findPersonById(tx, shop.id, params.id)
          if (person === undefined) throw new Problem(404, 'person_not_found', 'There is no such person')
          return tagPerson(tx, { shopId: shop.id, personId: person.id, tags: body.tags }, actorOf(now))
        }),
    }),
  ]
}
