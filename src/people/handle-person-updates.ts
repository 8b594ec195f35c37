import type { PreferenceUpdate, UserIdUpdate } from '../connectors/meta/webhook-types.ts'
import { readMetaUpdate } from '../intake/event-payload.ts'
import { done, ignored, type HandleEvent } from '../intake/inbox-event.ts'
import type { Tx } from '../platform/database.ts'
import type { Random } from '../platform/random.ts'
import { setMetaStop, type ConsentDeps } from './consent.ts'
import type { GivenIdentity } from './identity.ts'
import { moveIdentity } from './move-identity.ts'
import { resolvePerson } from './resolve-person.ts'

export interface PersonUpdateDeps extends ConsentDeps {
  random: Random
  countryOfShop: (tx: Tx, shopId: number) => Promise<string>
}

/** Meta's `user_preferences`: its own stop and resume, beside ours. */
export function createPreferenceHandler(deps: PersonUpdateDeps): HandleEvent {
  return async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const update = readMetaUpdate(event.payload) as PreferenceUpdate
    if (update.value === 'other' || update.category !== 'marketing_messages')
      return ignored('unknown_preference')
    const person = await resolvePerson(tx, deps, {
      shopId: event.shopId,
      shopCountry: await deps.countryOfShop(tx, event.shopId),
      identities: identitiesOf(update.waId, update.userId),
      source: 'whatsapp',
      now: event.receivedAt,
    })
    if (person === undefined) return ignored('no_identity')
    const change = {
      shopId: event.shopId,
      personId: person.personId,
      how: 'meta_preference',
      now: event.receivedAt,
    }
    const { changed } = await setMetaStop(tx, deps, { ...change, stop: update.value === 'stop' })
    return changed ? done : ignored('unchanged')
  }
}

/** Meta's `user_id_update`: the same person under a new business-scoped id. */
export function createUserIdHandler(deps: PersonUpdateDeps): HandleEvent {
  return async (tx, event) => {
    if (event.shopId === null) return ignored('unknown_shop')
    const update = readMetaUpdate(event.payload) as UserIdUpdate
    const shopCountry = await deps.countryOfShop(tx, event.shopId)
    const moved = await moveIdentity(tx, {
      shopId: event.shopId,
      shopCountry,
      from: identitiesOf(undefined, update.previousUserId),
      to: identitiesOf(undefined, update.currentUserId),
      at: update.at,
      now: event.receivedAt,
    })
    return moved === undefined ? ignored('unknown_person') : done
  }
}

/** Identities that WhatsApp itself vouches for. */
export function identitiesOf(waId: string | undefined, userId: string | undefined): GivenIdentity[] {
  return [
    ...(waId === undefined ? [] : [{ kind: 'wa_id' as const, value: waId, verified: true }]),
    ...(userId === undefined ? [] : [{ kind: 'bsuid' as const, value: userId, verified: true }]),
  ]
}
