import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeFreeText, needsFreeText } from '../compose-free-text.ts'
import { composeForItem, composeForItems, loadMessageItems } from '../compose-products.ts'
import type { Composing } from '../kind.ts'

/** What is back: one product, or several that were asked for; a free text where Meta's stop forbids templates and 24 hours run. */
export async function composeBackInStock(sql: Sql, about: Composing): Promise<Content> {
  const items = await loadMessageItems(sql, about)
  if (needsFreeText(about)) return composeFreeText(about, items)
  if (items.length > 1) return composeForItems(about, 'back_in_stock_several', items)
  return composeForItem(about, about.isAlert ? 'back_in_stock_alert' : 'back_in_stock', items[0])
}
