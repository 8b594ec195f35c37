import type { Content } from '../outbox/message.ts'
import type { Sql } from '../platform/database.ts'
import { composeTemplate } from './compose-template.ts'
import { wordName, wordNames } from './compose-wording.ts'
import type { Composing } from './composing.ts'
import { listMessageItems, type MessageItem } from './message-items-store.ts'
import { readPersonalChoice } from './personal-choice.ts'

const mostProducts = 3

/**
 * Win-backs that name the last purchase and up to three products that were chosen for the person and can still be bought. Somebody
 * without a last purchase gets the template `<name>_first`.
 */
export async function composePersonal(
  sql: Sql,
  abouts: readonly Composing[],
  name: string,
): Promise<Content[]> {
  const chosen = abouts.map((about) => ({
    about,
    choice: readPersonalChoice(about.candidacies[0].choice),
  }))
  const known = await listMessageItems(
    sql,
    chosen.flatMap(({ choice }) => choice.productIds),
  )
  return chosen.map(({ about, choice }) => {
    const named = [...new Set(choice.productIds)].flatMap((id) => known.get(id) ?? [])
    const items = named.filter((item) => item.isSellable).slice(0, mostProducts)
    return composeForPerson(about, name, { lastPurchase: wordName(choice.lastPurchase ?? ''), items })
  })
}

function composeForPerson(
  about: Composing,
  name: string,
  { lastPurchase, items }: { lastPurchase: string; items: readonly MessageItem[] },
): Content {
  return composeTemplate(about, {
    name: lastPurchase === '' ? `${name}_first` : name,
    shown: items[0],
    leadsTo: items.length === 1 ? (items[0] ?? null) : null,
    valuesIn: (language) => ({ last_purchase: lastPurchase, product_names: wordNames(items, language) }),
  })
}
