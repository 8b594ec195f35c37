import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composePersonal } from '../compose-personal.ts'
import type { Composing } from '../composing.ts'

/** Something this person might like; where none of it is left, the template's own words for the shop's range. */
export function composeWeMissYou(sql: Sql, abouts: readonly Composing[]): Promise<Content[]> {
  return composePersonal(sql, abouts, 'we_miss_you')
}
