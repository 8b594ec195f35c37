import type { Tx } from '../platform/database.ts'
import { endAlerts } from './alerts.ts'
import { insertConsentLog, listLastOptIns } from './consent-store.ts'
import { joinConsents } from './decide-joined-consent.ts'
import { lockPerson, mergeRecords, saveConsentFields } from './person-store.ts'
import type { Person } from './person.ts'

/**
 * Joins people into one. Their histories stay where they are and count together; the consents become one. Answers whose record stands
 * for all of them: the oldest.
 */
export async function mergePeople(
  tx: Tx,
  merge: { shopId: number; rootIds: readonly number[]; now: Date },
): Promise<number> {
  const people = new Map<number, Person>()
  for (const id of merge.rootIds.toSorted((a, b) => a - b)) {
    const person = await lockPerson(tx, id)
    people.set(person.id, person)
  }
  const [root, ...others] = [...people.values()].sort((a, b) => a.id - b.id)
  if (root === undefined) throw new RangeError('nobody to merge')
  if (others.length === 0) return root.id
  const records = [...people.keys()]
  const optIns = await listLastOptIns(tx, records)
  const joined = joinConsents(
    [...people.values()].map((person) => ({ ...person, optedInHow: optIns.get(person.id) ?? null })),
  )
  await mergeRecords(tx, records, root.id, merge.now)
  await saveConsentFields(tx, root.id, { ...joined, now: merge.now })
  if (joined.consent !== root.consent) {
    await insertConsentLog(tx, {
      shopId: merge.shopId,
      personId: root.id,
      purpose: 'marketing',
      state: joined.consent,
      how: 'merge',
      proof: { records },
      at: merge.now,
    })
  }
  if (joined.consent === 'opted_out' && joined.consentAt !== null) {
    await endAlerts(tx, {
      personId: root.id,
      askedUntil: joined.consentAt,
      reason: 'opted_out',
      now: merge.now,
    })
  }
  return root.id
}
