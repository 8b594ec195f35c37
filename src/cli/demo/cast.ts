import { createSeededRandom, type Random } from '../../platform/random.ts'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { characters, mixOfTen, type Character, type CharacterName } from './characters.ts'

/** One of the people whose half-year is played. */
export interface Role extends Character {
  /** Of WhatsApp: what the sandbox calls them. */
  id: string
  name: string
  /** What the story calls them: the first name, and a letter of the last where two have the same. */
  called: string
  phone: string
  country: string
  /** Where they live, for all that WhatsApp's number says. */
  zone: string
  kind: CharacterName
  /** Else only what was asked for may be sent. */
  optsIn: boolean
  /** Chance of their own, so that what one does never depends on what others did first. */
  random: Random
}

export const zones: Readonly<Record<string, string>> = {
  PT: 'Europe/Lisbon',
  ES: 'Europe/Madrid',
  BR: 'America/Sao_Paulo',
  DE: 'Europe/Berlin',
  FR: 'Europe/Paris',
  GB: 'Europe/London',
  IN: 'Asia/Kolkata',
  MX: 'America/Mexico_City',
  ID: 'Asia/Jakarta',
  JP: 'Asia/Tokyo',
  US: 'America/Los_Angeles',
}

const wanted: Readonly<Record<string, number>> = {
  PT: 14,
  ES: 5,
  BR: 4,
  DE: 3,
  FR: 3,
  GB: 3,
  IN: 2,
  ID: 1,
  US: 1,
}

/**
 * Customers of the shop who opt in, by country: those with the most orders of the last year first, so that some have earned a reward,
 * then whoever is next; one in Tokyo who only ever looked; and Marta, who never opts in.
 */
export function chooseCast({ shop, whatsapp }: Sandbox): Role[] {
  const digits = (text: string): string => text.replace(/\D/g, '')
  const ordersByPhone = new Map<string, number>()
  for (const order of shop.orders().filter(({ status }) => status === 'completed')) {
    const phone = digits(order.billing.phone)
    ordersByPhone.set(phone, (ordersByPhone.get(phone) ?? 0) + 1)
  }
  const known = whatsapp
    .people()
    .map((person) => ({ person, orders: ordersByPhone.get(digits(person.phone)) ?? 0 }))
    .filter(({ orders }) => orders > 0)
    .sort((one, other) => other.orders - one.orders)
  const chosen = Object.entries(wanted).flatMap(([country, count]) => {
    const there = known.filter(({ person }) => person.bsuid.startsWith(`${country}.`))
    // Half of them the best customers, half of them those who bought once.
    const best = there.slice(0, Math.ceil(count / 2))
    return [...best, ...there.slice(best.length).slice(-(count - best.length))].slice(0, count)
  })
  const kenji = whatsapp.addPerson({
    name: 'Kenji Mori',
    phone: '+819012345678',
    country: 'JP',
    language: 'ja',
    readsAtOnce: false,
  })
  const marta = whatsapp.addPerson({
    name: 'Marta Vaz',
    phone: '+351912000002',
    country: 'PT',
    language: 'pt_PT',
  })
  const people = [...chosen.map(({ person }) => person), kenji, marta]
  const calledOf = namesFor(people.map(({ name }) => name))
  return people.map((person, at) => {
    whatsapp.changePerson(person.id, { readsAtOnce: false })
    const kind = mixOfTen[at % mixOfTen.length] ?? 'browser'
    const country = person.bsuid.slice(0, 2)
    return {
      ...characters[kind],
      id: person.id,
      name: person.name,
      called: calledOf(person.name),
      phone: person.phone,
      country,
      zone: zones[country] ?? 'Etc/UTC',
      kind,
      optsIn: person.id !== marta.id,
      random: createSeededRandom(7_919 * (at + 1)),
    }
  })
}

/** True in so many of a hundred cases. */
export function happens(random: Random, percent: number): boolean {
  return random.below(100) < percent
}

function namesFor(names: readonly string[]): (name: string) => string {
  const first = (name: string): string => name.split(' ')[0] ?? name
  return (name) => {
    const isShared = names.filter((other) => first(other) === first(name)).length > 1
    return isShared ? `${first(name)} ${name.split(' ').at(-1)?.charAt(0) ?? ''}.` : first(name)
  }
}
