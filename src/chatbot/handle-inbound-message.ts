import type { InboundMessageUpdate } from '../connectors/meta/webhook-types.ts'
import { done, ignored, type HandleEvent, type InboxEvent, type Outcome } from '../intake/inbox-event.ts'
import { identitiesOf } from '../people/handle-person-updates.ts'
import { moveIdentity } from '../people/move-identity.ts'
import { loadPerson, touchInbound } from '../people/person-store.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import type { Tx } from '../platform/database.ts'
import { findNumberByMetaId } from '../shops/number-store.ts'
import type { PhoneNumber, Shop } from '../shops/shop.ts'
import { loadShop, loadShopSettings } from '../shops/shop-store.ts'
import { carryOut, changeConsent } from './carry-out.ts'
import { insertInboundMessage } from './chat-store.ts'
import { decideReply } from './decide-reply.ts'
import { describeProduct, findOffered, recordChatViews } from './products-in-chat.ts'
import { chooseLanguage } from './texts.ts'
import { readInboundMessage, type InboundDeps, type Turn } from './turn.ts'

interface Received {
  shop: Shop
  number: PhoneNumber
  message: InboundMessageUpdate
  now: Date
}

/** Handles what people write: keeps it, notes what it says about interest and consent, and answers what is to be answered at once. */
export function createInboundHandler(deps: InboundDeps): HandleEvent {
  return async (tx, event) => {
    const received = await receive(tx, event)
    if (received === undefined) return ignored('unknown_number')
    return received.message.type === 'system'
      ? moveSystemIdentity(tx, received)
      : takeTurn(tx, deps, received)
  }
}

async function receive(tx: Tx, event: InboxEvent): Promise<Received | undefined> {
  const message = readInboundMessage(event.payload)
  const { phoneNumberId } = message.origin
  const number = phoneNumberId === undefined ? undefined : await findNumberByMetaId(tx, phoneNumberId)
  if (number === undefined) return undefined
  return { message, number, shop: await loadShop(tx, number.shopId), now: event.receivedAt }
}

/** A changed number or id: `from` is the old one, and there are no contacts. */
async function moveSystemIdentity(tx: Tx, { shop, message, now }: Received): Promise<Outcome> {
  const moved = await moveIdentity(tx, {
    shopId: shop.id,
    shopCountry: shop.country,
    from: identitiesOf(message.from, message.fromUserId),
    to: identitiesOf(message.system?.newWaId, message.system?.newUserId),
    at: message.at,
    now,
  })
  return moved === undefined ? ignored('unknown_person') : done
}

async function takeTurn(tx: Tx, deps: InboundDeps, received: Received): Promise<Outcome> {
  const { shop, number, message, now } = received
  const found = await resolvePerson(tx, deps, {
    shopId: shop.id,
    shopCountry: shop.country,
    identities: identitiesOf(message.from, message.fromUserId),
    source: 'whatsapp',
    firstName: message.profileName?.trim().split(/\s+/)[0] ?? null,
    now,
  })
  if (found === undefined) return ignored('no_identity')
  const at = { shopId: shop.id, personId: found.personId, phoneNumberId: number.id, receivedAt: now }
  if (!(await insertInboundMessage(tx, at, message))) return ignored('duplicate')
  await touchInbound(tx, found.personId, message.at)
  const turn = await beginTurn(tx, received, found.personId)
  const asked = await recordChatViews(tx, at, message)
  const effects = decideReply(message, {
    product: asked === undefined ? undefined : await describeProduct(tx, asked),
    offered: await findOffered(tx, turn),
    isMarketingPaused: turn.person.marketingPausedAt !== null,
  })
  for (const effect of effects) await carryOut(tx, deps, turn, effect)
  // Writing to us proves a number that was typed or imported, unless it was to say no.
  const saysNo = effects.some((effect) => effect.kind === 'opt_out' || effect.kind === 'pause')
  if (turn.person.consent === 'pending' && turn.person.marketingPausedAt === null && !saysNo) {
    await changeConsent(tx, deps, turn, { to: 'opted_in', how: 'wrote_to_us' })
  }
  return done
}

async function beginTurn(tx: Tx, received: Received, personId: number): Promise<Turn> {
  const { shop } = received
  const person = await loadPerson(tx, personId)
  const language = chooseLanguage(person, shop.language)
  const voice = { language, locale: `${language}-${person.country ?? shop.country}`, shopName: shop.name }
  return { ...received, person, voice, settings: await loadShopSettings(tx, shop.id) }
}
