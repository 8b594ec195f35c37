import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composePersonal } from '../compose-personal.ts'
import type { Composing } from '../composing.ts'

/** What is new in the category this person likes best. */
export function composeNewArrivals(sql: Sql, abouts: readonly Composing[]): Promise<Content[]> {
  return composePersonal(sql, abouts, 'new_arrivals')
}
