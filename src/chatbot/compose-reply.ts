import type { ButtonsContent, Content } from '../outbox/message.ts'
import { formatMoney } from '../platform/money.ts'
import { alertButtonId, keepButton, optOutButton, type ProductInChat } from './decide-reply.ts'
import { fillText, textsFor, type TextLanguage, type Texts } from './texts.ts'

export interface ReplyVoice {
  language: TextLanguage
  /** How numbers are written: the language as it is written in the person's country. */
  locale: string
  shopName: string
}

// Meta's limits for reply buttons: three of them, titles of 20 characters, bodies of 1,024.
const mostButtons = 3
const titleLength = 20
const bodyLength = 1024

export function composeText(
  voice: ReplyVoice,
  key: keyof Texts,
  values: Readonly<Record<string, string>> = {},
): Content {
  return { kind: 'text', body: say(voice, key, values) }
}

export function composeStopQuestion(voice: ReplyVoice): ButtonsContent {
  const texts = textsFor(voice.language)
  return {
    kind: 'buttons',
    body: say(voice, 'askStop'),
    buttons: [
      { id: optOutButton, title: texts.buttonStop },
      { id: keepButton, title: texts.buttonKeep },
    ],
  }
}

export function composeSoldOut(voice: ReplyVoice, product: ProductInChat): Content {
  return composeText(voice, 'soldOut', { product: product.name })
}

/** One button for a product, or "any" and the first sold-out variations of one that has some. */
export function composeOffer(voice: ReplyVoice, product: ProductInChat): ButtonsContent {
  const texts = textsFor(voice.language)
  const variations = product.soldOutVariations.slice(0, mostButtons - 1)
  if (variations.length === 0) {
    const buttons = [{ id: alertButtonId(product.id), title: texts.buttonTellMe }]
    return { kind: 'buttons', body: say(voice, 'soldOut', { product: product.name }), buttons }
  }
  return {
    kind: 'buttons',
    body: say(voice, 'askWhich', { product: product.name }),
    buttons: [
      { id: alertButtonId(product.id, true), title: texts.buttonAny },
      ...variations.map((variation) => ({
        id: alertButtonId(variation.id),
        title: shorten(variation.name, titleLength),
      })),
    ],
  }
}

export function composeAvailable(
  voice: ReplyVoice,
  product: { name: string; priceMinor: number | null; currency: string | null; permalink: string | null },
): Content {
  const { priceMinor, currency } = product
  const price =
    priceMinor === null || currency === null ? '' : formatMoney(priceMinor, currency, voice.locale)
  return composeText(voice, 'available', { product: product.name, price, link: product.permalink ?? '' })
}

function say(voice: ReplyVoice, key: keyof Texts, values: Readonly<Record<string, string>> = {}): string {
  return shorten(fillText(textsFor(voice.language)[key], { shop: voice.shopName, ...values }), bodyLength)
}

function shorten(text: string, length: number): string {
  const characters = Array.from(text)
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}
