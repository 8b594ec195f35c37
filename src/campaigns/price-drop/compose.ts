import type { Content } from '../../outbox/message.ts'
import type { Sql } from '../../platform/database.ts'
import { composeAlert } from '../compose-alerts.ts'
import { withItems, type MessageItems } from '../compose-products.ts'
import { composeTemplate } from '../compose-template.ts'
import { wordName, wordPrice } from '../compose-wording.ts'
import type { Composing } from '../composing.ts'
import type { MessageCandidacyRow } from '../log-store.ts'
import { countGrouped } from './grouped-store.ts'

/**
 * The best drop, with no other "before" than the reference of this person, and how many more there are. Asked for: what it costs now.
 */
export async function composePriceDrop(sql: Sql, abouts: readonly Composing[]): Promise<Content[]> {
  const all = (await withItems(sql, abouts)).map((one) => ({ ...one, best: bestOf(one.about, one.items) }))
  const grouped = await countGrouped(
    sql,
    all.flatMap(({ best }) => best ?? []),
  )
  return all.map(({ about, items, best }) =>
    about.isAlert
      ? composeAlert(about, items)
      : composeDrop(about, items, { best, grouped: best === undefined ? 0 : (grouped.get(best.id) ?? 0) }),
  )
}

function bestOf({ isAlert, candidacies }: Composing, [item]: MessageItems): MessageCandidacyRow | undefined {
  return isAlert ? undefined : candidacies.find((candidacy) => candidacy.productId === item.id)
}

function composeDrop(
  about: Composing,
  [item, ...others]: MessageItems,
  { best, grouped }: { best: MessageCandidacyRow | undefined; grouped: number },
): Content {
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
