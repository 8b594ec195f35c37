import { parseErrors } from './parse-errors.ts'
import { asInteger, asList, asObject, asText, asTime, type JsonObject } from './read-json.ts'
import type { InboundMessageUpdate, Origin } from './webhook-types.ts'

/** What the parts of one change share. */
export interface ChangeContext {
  origin: Origin
  /** `contacts` of the change: names, and the second id of people who are known by two. */
  contacts: readonly JsonObject[]
  /** The time of a part whose own cannot be read. */
  fallbackAt: Date
}

export type Parsed<Update> = { kind: 'parsed'; update: Update } | { kind: 'odd'; reason: string }

export function parseMessage(value: unknown, context: ChangeContext): Parsed<InboundMessageUpdate> {
  const message = asObject(value)
  if (message === undefined) return { kind: 'odd', reason: 'message_not_an_object' }
  const id = asText(message.id)
  if (id === undefined) return { kind: 'odd', reason: 'message_without_id' }
  const sender = findSender(message, context.contacts)
  if (sender.from === undefined && sender.fromUserId === undefined) {
    return { kind: 'odd', reason: 'message_without_sender' }
  }
  return {
    kind: 'parsed',
    update: {
      kind: 'message',
      origin: context.origin,
      id,
      type: asText(message.type) ?? 'unknown',
      ...sender,
      at: asTime(message.timestamp) ?? context.fallbackAt,
      text: textOf(message),
      buttonId: buttonIdOf(message),
      contextId: asText(asObject(message.context)?.id) ?? asText(asObject(message.reaction)?.message_id),
      referredProduct: referredProductOf(message),
      order: orderOf(message),
      system: systemOf(message),
      errors: parseErrors(message.errors),
      raw: JSON.stringify(message),
    },
  }
}

// People with a username may be known by their user id alone; a contact of the same change may know the other id.
function findSender(
  message: JsonObject,
  contacts: readonly JsonObject[],
): Pick<InboundMessageUpdate, 'from' | 'fromUserId' | 'profileName'> {
  const from = asText(message.from)
  const fromUserId = asText(message.from_user_id)
  const contact = contacts.find(
    (one) =>
      (from !== undefined && asText(one.wa_id) === from) ||
      (fromUserId !== undefined && asText(one.user_id) === fromUserId),
  )
  return {
    from: from ?? asText(contact?.wa_id),
    fromUserId: fromUserId ?? asText(contact?.user_id),
    profileName: asText(asObject(contact?.profile)?.name),
  }
}

const withCaption = ['image', 'video', 'document'] as const

function textOf(message: JsonObject): string | undefined {
  const interactive = asObject(message.interactive)
  return (
    asText(asObject(message.text)?.body) ??
    asText(asObject(message.button)?.text) ??
    asText(asObject(interactive?.button_reply)?.title) ??
    asText(asObject(interactive?.list_reply)?.title) ??
    asText(asObject(interactive?.nfm_reply)?.body) ??
    asText(asObject(message.order)?.text) ??
    withCaption
      .map((type) => asText(asObject(message[type])?.caption))
      .find((caption) => caption !== undefined)
  )
}

function buttonIdOf(message: JsonObject): string | undefined {
  const interactive = asObject(message.interactive)
  return (
    asText(asObject(message.button)?.payload) ??
    asText(asObject(interactive?.button_reply)?.id) ??
    asText(asObject(interactive?.list_reply)?.id)
  )
}

function referredProductOf(message: JsonObject): InboundMessageUpdate['referredProduct'] {
  const product = asObject(asObject(message.context)?.referred_product)
  const retailerId = asText(product?.product_retailer_id)
  return retailerId === undefined ? undefined : { catalogId: asText(product?.catalog_id) ?? '', retailerId }
}

// The prices in it are the cart's, from whenever it was filled: they are left out on purpose.
function orderOf(message: JsonObject): InboundMessageUpdate['order'] {
  const order = asObject(message.order)
  if (order === undefined) return undefined
  const items = (asList(order.product_items) ?? []).flatMap((value) => {
    const item = asObject(value)
    const retailerId = asText(item?.product_retailer_id)
    const quantity = asInteger(item?.quantity)
    return retailerId === undefined || quantity === undefined || quantity < 1
      ? []
      : [{ retailerId, quantity }]
  })
  return { catalogId: asText(order.catalog_id) ?? '', items }
}

function systemOf(message: JsonObject): InboundMessageUpdate['system'] {
  const system = asObject(message.system)
  if (system === undefined) return undefined
  return {
    type: asText(system.type) ?? 'unknown',
    newWaId: asText(system.wa_id),
    newUserId: asText(system.user_id),
  }
}
