import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeAboutOne } from '../compose-products.ts'
import type { Composing } from '../composing.ts'

/** The product this person looked at last. */
export function composeBrowseReminder(sql: Sql, abouts: readonly Composing[]): Promise<Content[]> {
  return composeAboutOne(sql, abouts, 'browse_reminder')
}
