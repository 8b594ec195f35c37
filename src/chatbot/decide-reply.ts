import type { InboundMessageUpdate } from '../connectors/meta/webhook-types.ts'
import { decideKeyword } from '../people/decide-keyword.ts'
import { asksToBeTold, saysYes } from './alert-words.ts'

/** Ids behind our buttons. */
export const optOutButton = 'HUB_OPT_OUT'
export const keepButton = 'HUB_KEEP'
const alertButton = /^HUB_ALERT:(\d{1,15})(:any)?$/

export function alertButtonId(productId: number, isAny = false): string {
  return `HUB_ALERT:${productId}${isAny ? ':any' : ''}`
}

/** The product that one of our alert buttons is about. */
export function productOfButton(buttonId: string): number | undefined {
  const match = alertButton.exec(buttonId)
  return match === null ? undefined : Number(match[1])
}

export interface ProductInChat {
  id: number
  name: string
  isSellable: boolean
  isSoldOut: boolean
  /** Of a parent: what a person may be waiting for. */
  soldOutVariations: { id: number; name: string }[]
}

export interface ReplyContext {
  /** The product this message is about (asked from a catalogue card). */
  product: ProductInChat | undefined
  /** What a "yes" would be about: the product of our offer, or the one last asked about. */
  offered: { product: ProductInChat; isAwaited: boolean } | undefined
  isMarketingPaused: boolean
}

export type Effect =
  | { kind: 'opt_out'; how: 'keyword' | 'button' | 'sentence' }
  | { kind: 'opt_in'; how: 'keyword' | 'button' }
  | { kind: 'pause' }
  | { kind: 'keep' }
  | { kind: 'ask_alert'; productId: number; isAny: boolean }
  | { kind: 'tell_product'; product: ProductInChat }
  | { kind: 'offer_alert'; product: ProductInChat }

type Said = Pick<InboundMessageUpdate, 'text' | 'buttonId' | 'type'>

/**
 * What to do about a message. A stop comes before everything else it may also say. What is not understood gets no answer here: the
 * conversation proper decides about it.
 */
export function decideReply(message: Said, context: ReplyContext): Effect[] {
  return decideButton(message) ?? decideConsent(message, context) ?? decideProduct(message, context)
}

function decideButton({ buttonId, type }: Said): Effect[] | undefined {
  if (buttonId === optOutButton) return [{ kind: 'opt_out', how: 'button' }]
  if (buttonId === keepButton) return [{ kind: 'keep' }]
  const alert = alertButton.exec(buttonId ?? '')
  if (alert !== null) {
    return [{ kind: 'ask_alert', productId: Number(alert[1]), isAny: alert[2] !== undefined }]
  }
  // A row or button of a menu is called "Cancel" or "Start" without meaning marketing; a template's own button may be its opt-out.
  return type === 'interactive' ? [] : undefined
}

function decideConsent({ text = '', type }: Said, context: ReplyContext): Effect[] | undefined {
  const how = type === 'button' ? 'button' : 'keyword'
  switch (decideKeyword(text)) {
    case 'stop':
      return [{ kind: 'opt_out', how }]
    case 'start':
      return [{ kind: 'opt_in', how }]
    case 'stop_sentence':
      return [context.isMarketingPaused ? { kind: 'opt_out', how: 'sentence' } : { kind: 'pause' }]
    case undefined:
      return undefined
  }
}

function decideProduct({ text = '' }: Said, { product, offered }: ReplyContext): Effect[] {
  if (product !== undefined) {
    if (product.isSellable) return [{ kind: 'tell_product', product }]
    if (!product.isSoldOut) return []
    return [asksToBeTold(text) ? askAlert(product) : { kind: 'offer_alert', product }]
  }
  if (offered?.product.isSoldOut !== true) return []
  const wantsIt = asksToBeTold(text) || (saysYes(text) && !offered.isAwaited)
  return wantsIt ? [askAlert(offered.product)] : []
}

function askAlert(product: ProductInChat): Effect {
  return { kind: 'ask_alert', productId: product.id, isAny: product.soldOutVariations.length > 0 }
}
