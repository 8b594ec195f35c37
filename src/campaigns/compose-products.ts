import type { Content } from '../outbox/message.ts'
import type { Sql } from '../platform/database.ts'
import { composeTemplate } from './compose-template.ts'
import { wordName, wordNames, wordPrice } from './compose-wording.ts'
import type { Composing } from './composing.ts'
import { listMessageItems, type MessageItem } from './message-items-store.ts'

/** The products of the message's candidacies, the most valuable first, each once. Throws when there is none. */
export async function loadMessageItems(
  sql: Sql,
  { candidacies, message }: Composing,
): Promise<[MessageItem, ...MessageItem[]]> {
  const productIds = candidacies.flatMap((candidacy) => candidacy.productId ?? [])
  const [first, ...others] = await listMessageItems(sql, productIds)
  if (first === undefined) throw new Error(`Message ${message.id} is about a product, and names none.`)
  return [first, ...others]
}

/** A template about one product, what it costs now, and where to see it. */
export async function composeAboutOne(sql: Sql, about: Composing, name: string): Promise<Content> {
  const [item] = await loadMessageItems(sql, about)
  return composeForItem(about, name, item)
}

export function composeForItem(about: Composing, name: string, item: MessageItem): Content {
  return composeTemplate(about, {
    name,
    shown: item,
    leadsTo: item,
    valuesIn: (language) => ({ product_name: wordName(item.name), price: wordPrice(item, language) }),
  })
}

/** A template that names several products; its button leads to the first. */
export function composeForItems(
  about: Composing,
  name: string,
  items: readonly [MessageItem, ...MessageItem[]],
): Content {
  return composeTemplate(about, {
    name,
    shown: items[0],
    leadsTo: items[0],
    valuesIn: (language) => ({ product_names: wordNames(items, language) }),
  })
}
