import type { Collection } from '../store.ts'
import type { People, Person } from './graph-state.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

/** Where unknown people arrive, numbers that nobody was given are people too, who leave no row: for loads of hundreds of thousands. */
export function indexPeople(people: Collection<Person>, settings: WhatsAppSettings): People {
  const byNumber = new Map<string, string>()
  const byUserId = new Map<string, string>()
  const forget = (index: Map<string, string>, key: string, id: string): void => {
    if (index.get(key) === id) index.delete(key)
  }
  const index = (person: Person, before: Person | undefined): void => {
    const { id } = person
    const numbers = numbersOf(person)
    const earlier = before === undefined ? [] : numbersOf(before)
    for (const number of earlier) if (!numbers.includes(number)) forget(byNumber, number, id)
    for (const number of numbers) if (!earlier.includes(number)) byNumber.set(number, id)
    if (before?.bsuid === person.bsuid) return
    if (before !== undefined) forget(byUserId, before.bsuid, id)
    byUserId.set(person.bsuid, id)
  }
  for (const person of people.all()) index(person, undefined)
  const find = (id: string | number): Person | undefined =>
    people.find(id) ?? (settings.unknownPeople === 'arrive' ? passerBy(String(id), settings) : undefined)
  const findIn = (ids: Map<string, string>, key: string, elseId: string): Person | undefined =>
    find(ids.get(key) ?? elseId)
  return {
    find,
    put: (id, person) => {
      index(person, people.find(id))
      return people.put(id, person)
    },
    remove: (id) => {
      const person = people.find(id)
      if (person === undefined) return
      for (const number of numbersOf(person)) forget(byNumber, number, person.id)
      forget(byUserId, person.bsuid, person.id)
      people.remove(id)
    },
    all: () => people.all(),
    findByNumber: (digits) => findIn(byNumber, digits, `n${digits}`),
    findByUserId: (bsuid) => findIn(byUserId, bsuid, bsuid.replace(/^PT\./, 'n')),
  }
}

function numbersOf({ waId, phone }: Person): string[] {
  const dialled = phone.replace(/^\+/, '')
  return dialled === waId ? [waId] : [waId, dialled]
}

/** Somebody of whom nothing is known but the number, which the id ("n351912000000") and the user id repeat. */
function passerBy(id: string, { unknownPeopleRead }: WhatsAppSettings): Person | undefined {
  const digits = /^n(\d{7,17})$/.exec(id)?.[1]
  if (digits === undefined) return undefined
  return {
    id,
    name: 'Somebody',
    phone: `+${digits}`,
    waId: digits,
    bsuid: `PT.${digits}`,
    username: null,
    language: 'en',
    readsAtOnce: unknownPeopleRead,
    onWhatsApp: true,
    stoppedMarketing: false,
    marketingCapped: false,
    blockedUs: false,
    lastWroteMs: null,
  }
}
