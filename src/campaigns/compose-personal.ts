import type { Content } from '../outbox/message.ts'
import type { Sql } from '../platform/database.ts'
import { composeTemplate } from './compose-template.ts'
import { wordName, wordNames } from './compose-wording.ts'
import type { Composing } from './composing.ts'
import { listMessageItems } from './message-items-store.ts'
import { readPersonalChoice } from './personal-choice.ts'

const mostProducts = 3

/**
 * A win-back that names the last purchase and up to three products that were chosen for this person and can still be bought. Somebody
 * without a last purchase gets the template `<name>_first`.
 */
export async function composePersonal(sql: Sql, about: Composing, name: string): Promise<Content> {
  const choice = readPersonalChoice(about.candidacies[0]?.choice)
  const chosen = await listMessageItems(sql, choice.productIds)
  const items = chosen.filter((item) => item.isSellable).slice(0, mostProducts)
  const lastPurchase = wordName(choice.lastPurchase ?? '')
  return composeTemplate(about, {
    name: lastPurchase === '' ? `${name}_first` : name,
    shown: items[0],
    leadsTo: items.length === 1 ? (items[0] ?? null) : null,
    valuesIn: (language) => ({ last_purchase: lastPurchase, product_names: wordNames(items, language) }),
  })
}
