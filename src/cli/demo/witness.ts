import type { LoggedMessage } from '../../sandbox/graph/graph-state.ts'
import { asFields, asList, asText } from '../../sandbox/read-values.ts'
import type { Product } from '../../sandbox/shop/shop-state.ts'
import type { Play } from './play.ts'

/** What was true in the shop in the moment in which a message came: seen from outside, kept for the end. */
export interface Witness {
  /** Looks at what has come since the last look; answers the shop's templates among it. */
  look(play: Play): LoggedMessage[]
  /** Messages that spoke of what could not be had, or of a price that was not charged, a sentence each. */
  untrue(): readonly string[]
}

/** Whose words promise that a product can be had for a price. */
const promises = ['back_in_stock', 'back_in_stock_alert', 'price_drop', 'price_alert', 'browse_reminder']

export function createWitness(): Witness {
  const untrue: string[] = []
  let seen = 0
  return {
    look: (play) => {
      const all = play.stage.sandbox.whatsapp.messages()
      const fresh = all
        .slice(seen)
        .filter(({ direction, type }) => direction === 'to_person' && type === 'template')
      seen = all.length
      for (const message of fresh) untrue.push(...findUntruths(play, message))
      return fresh
    },
    untrue: () => untrue,
  }
}

function findUntruths({ stage }: Play, message: LoggedMessage): string[] {
  const { name } = message.content
  const products = productsOfferedIn(stage.sandbox.shop.products(), message)
  const soldOut = products
    .filter(({ stockStatus, status }) => stockStatus !== 'instock' || status !== 'publish')
    .map((product) => `sold out: ${product.name}, in: ${message.shown}`)
  if (typeof name !== 'string' || !promises.includes(name)) return soldOut
  if (products.length === 0) return [`names nothing the shop sells: ${message.shown}`]
  const mispriced = products
    .filter(({ price }) => !digitsIn(message.shown).includes(Number(price).toFixed(2)))
    .map((product) => `${product.name} costs ${product.price}, but: ${message.shown}`)
  return [...soldOut, ...mispriced]
}

/** What a message offers: what it only says about a past purchase is no offer. */
export function productsOfferedIn(all: readonly Product[], message: LoggedMessage): Product[] {
  const bought = asList(message.content.components)
    .flatMap((component) => asList(asFields(component)?.parameters))
    .map((parameter) => asFields(parameter))
    .find((parameter) => parameter?.parameter_name === 'last_purchase')
  return productsNamedIn(all, message.shown.replace(asText(bought?.text) ?? '', ''))
}

/** By their full names, the longest first; what stands inside a longer one is not named itself. */
function productsNamedIn(all: readonly Product[], text: string): Product[] {
  const byId = new Map(all.map((product) => [product.id, product]))
  const named = all
    .map((product) => {
      const parent = byId.get(product.parentId)
      return { product, name: parent === undefined ? product.name : `${parent.name} - ${product.name}` }
    })
    .sort((one, other) => other.name.length - one.name.length)
  const found: Product[] = []
  let left = text
  for (const { product, name } of named) {
    if (!left.includes(name)) continue
    found.push(product)
    left = left.replaceAll(name, '')
  }
  return found
}

/** "12,90 €" and "€12.90" alike are 12.90. */
function digitsIn(text: string): string[] {
  return (text.match(/\d+[.,]\d{2}(?!\d)/g) ?? []).map((amount) => amount.replace(',', '.'))
}
