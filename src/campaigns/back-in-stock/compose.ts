import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeAlert } from '../compose-alerts.ts'
import { composeForItem, withItems } from '../compose-products.ts'
import type { Composing } from '../composing.ts'

/** What can be bought again; asked for, it may stand beside other answers in one message. */
export async function composeBackInStock(sql: Sql, abouts: readonly Composing[]): Promise<Content[]> {
  const all = await withItems(sql, abouts)
  return all.map(({ about, items }) =>
    about.isAlert ? composeAlert(about, items) : composeForItem(about, 'back_in_stock', items[0]),
  )
}
