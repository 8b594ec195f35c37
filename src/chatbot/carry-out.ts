import { loadProduct } from '../catalog/product-store.ts'
import { enqueueMessage } from '../outbox/enqueue-message.ts'
import type { Content } from '../outbox/message.ts'
import { addAlert } from '../people/alerts.ts'
import { pauseMarketing, resumeMarketing, setConsent } from '../people/consent.ts'
import type { Tx } from '../platform/database.ts'
import {
  composeAvailable,
  composeOffer,
  composeSoldOut,
  composeStopQuestion,
  composeText,
} from './compose-reply.ts'
import type { Effect } from './decide-reply.ts'
import { findProductInChat } from './products-in-chat.ts'
import type { InboundDeps, Turn } from './turn.ts'

const dayMs = 86_400_000

/** Does what was decided about a message; each answer is enqueued in the same transaction. */
export async function carryOut(tx: Tx, deps: InboundDeps, turn: Turn, effect: Effect): Promise<void> {
  const { voice } = turn
  const answer = (content: Content): Promise<void> => reply(tx, deps, turn, content)
  switch (effect.kind) {
    case 'opt_out': {
      const { changed } = await changeConsent(tx, deps, turn, { to: 'opted_out', how: effect.how })
      return changed ? answer(composeText(voice, 'optedOut')) : undefined
    }
    case 'opt_in': {
      const { changed } = await changeConsent(tx, deps, turn, { to: 'opted_in', how: effect.how })
      return changed ? answer(composeText(voice, 'optedIn')) : undefined
    }
    case 'pause': {
      const asked = { wording: turn.message.text ?? '', language: voice.language }
      const { changed } = await pauseMarketing(tx, deps, { ...whose(turn), ...asked })
      return changed ? answer(composeStopQuestion(voice)) : undefined
    }
    case 'keep': {
      const { changed } = await resumeMarketing(tx, whose(turn))
      return changed ? answer(composeText(voice, 'kept')) : undefined
    }
    case 'ask_alert':
      return answerIfAny(answer, await askAlert(tx, turn, effect))
    case 'tell_product':
      return answer(composeAvailable(voice, await loadProduct(tx, effect.product.id)))
    case 'offer_alert':
      return answer(
        isWithoutMarketing(turn)
          ? composeSoldOut(voice, effect.product)
          : composeOffer(voice, effect.product),
      )
  }
}

export function changeConsent(
  tx: Tx,
  deps: InboundDeps,
  turn: Turn,
  change: { to: 'opted_in' | 'opted_out'; how: string },
): Promise<{ changed: boolean }> {
  return setConsent(tx, deps, {
    ...whose(turn),
    ...change,
    wording: turn.message.text ?? null,
    language: turn.voice.language,
    proof: { wamid: turn.message.id },
    saidAt: turn.message.at,
  })
}

async function askAlert(
  tx: Tx,
  turn: Turn,
  { productId, isAny }: { productId: number; isAny: boolean },
): Promise<Content | undefined> {
  const { shop, settings, voice, message } = turn
  const product = await findProductInChat(tx, shop.id, productId)
  if (product === undefined) return undefined
  if (product.isSellable) return composeAvailable(voice, await loadProduct(tx, productId))
  if (isWithoutMarketing(turn)) return composeText(voice, 'alertNotInUs')
  await addAlert(tx, {
    ...whose(turn),
    productId,
    kind: 'back_in_stock',
    anyVariation: isAny,
    source: 'chat',
    wording: message.text ?? null,
    language: voice.language,
    now: message.at,
    expiresAt: new Date(message.at.getTime() + settings.interest.alertDays * dayMs),
  })
  return composeText(voice, 'alertSet', { product: product.name })
}

/** Meta delivers no marketing template to numbers of the United States, and an alert is one. */
function isWithoutMarketing({ person, settings }: Turn): boolean {
  return person.country === 'US' && !settings.sending.marketingToUs
}

function whose({ shop, person, now }: Turn): { shopId: number; personId: number; now: Date } {
  return { shopId: shop.id, personId: person.id, now }
}

function answerIfAny(
  answer: (content: Content) => Promise<void>,
  content: Content | undefined,
): Promise<void> {
  return content === undefined ? Promise.resolve() : answer(content)
}

/** Free text and buttons go only while the person's own 24 hours run. */
async function reply(tx: Tx, deps: InboundDeps, turn: Turn, content: Content): Promise<void> {
  await enqueueMessage(tx, deps, {
    ...whose(turn),
    phoneNumberId: turn.number.id,
    purpose: 'reply',
    content,
    uniqueKey: `reply:${turn.message.id}`,
    expiresAt: new Date(turn.message.at.getTime() + dayMs),
  })
}
