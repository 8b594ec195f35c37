import type { Person } from './graph-state.ts'
import { enqueueMessages, type InboundDeps } from './inbound.ts'
import { metadataOf, toSeconds } from './status-update.ts'
import { newWamid } from './wamid.ts'

/** A person takes another number: told by a system message, and by a new user id, which Meta makes with every new number. */
export function changeNumber(deps: InboundDeps, person: Person, to: { phone: string; waId: string }): Person {
  const nowMs = deps.clock.now().getTime()
  const country = person.bsuid.slice(0, 2)
  const changed: Person = { ...person, ...to, bsuid: newUserId(deps, country) }
  deps.state.together(() => {
    deps.state.people.put(person.id, changed)
    enqueueMessages(deps, {
      messages: [
        {
          from: person.waId,
          id: newWamid(deps.random, person.waId),
          timestamp: toSeconds(nowMs),
          system: {
            body: `User ${person.name} changed from ${person.waId} to ${to.waId}`,
            wa_id: to.waId,
            type: 'user_changed_number',
          },
          type: 'system',
        },
      ],
    })
    deps.webhooks.enqueue({
      field: 'user_id_update',
      timeS: null,
      value: {
        messaging_product: 'whatsapp',
        metadata: metadataOf(deps.account),
        contacts: [{ profile: { name: person.name }, wa_id: to.waId }],
        user_id_update: [
          {
            wa_id: to.waId,
            detail: `User id for ${person.name} has been updated.`,
            user_id: { previous: person.bsuid, current: changed.bsuid },
            timestamp: toSeconds(nowMs),
          },
        ],
      },
    })
  })
  return changed
}

export function newUserId(deps: Pick<InboundDeps, 'random'>, country: string): string {
  const digits = Array.from(
    { length: 20 },
    (_, at) => deps.random.below(at === 0 ? 9 : 10) + (at === 0 ? 1 : 0),
  )
  return `${country}.${digits.join('')}`
}

/** A person tells Meta to stop this business's marketing, or to let it through again. */
export function setMarketingPreference(deps: InboundDeps, person: Person, value: 'stop' | 'resume'): Person {
  const changed = deps.state.people.put(person.id, { ...person, stoppedMarketing: value === 'stop' })
  const address = { ...(person.username === null ? { wa_id: person.waId } : {}), user_id: person.bsuid }
  deps.webhooks.enqueue({
    field: 'user_preferences',
    timeS: null,
    value: {
      messaging_product: 'whatsapp',
      metadata: metadataOf(deps.account),
      contacts: [{ profile: { name: person.name }, ...address }],
      user_preferences: [
        {
          ...address,
          detail: `User requested to ${value} marketing messages`,
          category: 'marketing_messages',
          value,
          // A number here, unlike the texts of messages and statuses.
          timestamp: Number(toSeconds(deps.clock.now().getTime())),
        },
      ],
    },
  })
  return changed
}
