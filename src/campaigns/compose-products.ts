import type { Content } from '../outbox/message.ts'
import type { Sql } from '../platform/database.ts'
import { composeTemplate } from './compose-template.ts'
import { wordName, wordNames, wordPrice } from './compose-wording.ts'
import type { Composing } from './composing.ts'
import { listMessageItems, type MessageItem } from './message-items-store.ts'

/** What a message is about: the most valuable first, each once. */
export type MessageItems = readonly [MessageItem, ...MessageItem[]]

/** The messages, each with the products of its candidacies. Throws where one has none. */
export async function withItems(
  sql: Sql,
  abouts: readonly Composing[],
): Promise<{ about: Composing; items: MessageItems }[]> {
  const wanted = abouts.map((about) => ({ about, productIds: productIdsOf(about) }))
  const known = await listMessageItems(
    sql,
    wanted.flatMap(({ productIds }) => productIds),
  )
  return wanted.map(({ about, productIds }) => {
    const [first, ...others] = productIds.flatMap((id) => known.get(id) ?? [])
    if (first === undefined)
      throw new Error(`Message ${about.message.id} is about a product, and names none.`)
    return { about, items: [first, ...others] }
  })
}

function productIdsOf({ candidacies }: Composing): number[] {
  return [...new Set(candidacies.flatMap((candidacy) => candidacy.productId ?? []))]
}

/** Templates about one product each, what it costs now, and where to see it. */
export async function composeAboutOne(
  sql: Sql,
  abouts: readonly Composing[],
  name: string,
): Promise<Content[]> {
  const all = await withItems(sql, abouts)
  return all.map(({ about, items }) => composeForItem(about, name, items[0]))
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
export function composeForItems(about: Composing, name: string, items: MessageItems): Content {
  return composeTemplate(about, {
    name,
    shown: items[0],
    leadsTo: items[0],
    valuesIn: (language) => ({ product_names: wordNames(items, language) }),
  })
}
