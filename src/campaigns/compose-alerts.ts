import type { Content } from '../outbox/message.ts'
import { composeFreeText, needsFreeText } from './compose-free-text.ts'
import { composeForItem, composeForItems, type MessageItems } from './compose-products.ts'
import { composeTemplate } from './compose-template.ts'
import { wordList, wordName, wordPrice } from './compose-wording.ts'
import type { Composing } from './composing.ts'
import type { MessageItem } from './message-items-store.ts'

/** One answer to all that a person asked to be told and that came together: back in stock, a price, or both. */
export function composeAlert(about: Composing, items: MessageItems): Content {
  if (needsFreeText(about)) return composeFreeText(about, items)
  const kinds = new Set(about.candidacies.map((candidacy) => candidacy.kind))
  if (items.length > 1)
    return kinds.size === 1 && kinds.has('back_in_stock')
      ? composeForItems(about, 'back_in_stock_several', items)
      : composeSeveral(about, items)
  return composeForItem(about, kinds.has('back_in_stock') ? 'back_in_stock_alert' : 'price_alert', items[0])
}

// What happened to each differs; that each can be had, and for how much, is true of all.
function composeSeveral(about: Composing, items: MessageItems): Content {
  return composeTemplate(about, {
    name: 'alerts_several',
    shown: items[0],
    leadsTo: items[0],
    valuesIn: (language) => ({
      product_names: wordList(
        items.map((item) => wordWithPrice(item, language)),
        language,
      ),
    }),
  })
}

function wordWithPrice(item: MessageItem, language: string): string {
  const price = wordPrice(item, language)
  return price === '' ? wordName(item.name) : `${wordName(item.name)} (${price})`
}
