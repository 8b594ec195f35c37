import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeAlerts } from '../compose-alerts.ts'
import { loadMessageItems } from '../compose-products.ts'
import { composeTemplate } from '../compose-template.ts'
import { wordName, wordPrice } from '../compose-wording.ts'
import type { Composing } from '../composing.ts'
import { countGrouped } from './grouped-store.ts'

/**
 * The best drop, with no other "before" than the reference of this person, and how many more there are. Asked for: what it costs now.
 */
export async function composePriceDrop(sql: Sql, about: Composing): Promise<Content> {
  if (about.isAlert) return composeAlerts(sql, about)
  const [item, ...others] = await loadMessageItems(sql, about)
  const best = about.candidacies.find((candidacy) => candidacy.productId === item.id)
  const grouped =
    best === undefined ? 0 : await countGrouped(sql, { candidacyId: best.id, personId: best.personId })
  const more = others.length + grouped
  return composeTemplate(about, {
    name: more === 0 ? 'price_drop' : 'price_drop_several',
    shown: item,
    leadsTo: item,
    valuesIn: (language) => ({
      product_name: wordName(item.name),
      old_price: wordPrice({ ...item, priceMinor: best?.referenceMinor ?? null }, language),
      new_price: wordPrice(item, language),
      more: String(more),
    }),
  })
}
