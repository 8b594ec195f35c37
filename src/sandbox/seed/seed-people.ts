import type { Random } from '../../platform/random.ts'
import { newUserId } from '../graph/person-changes.ts'
import type { NewPerson } from '../graph/whatsapp-control.ts'
import { emptyAddress } from '../shop/render-order.ts'
import { slugOf } from '../shop/render-product.ts'
import type { Address, ShopRequest } from '../shop/shop-state.ts'
import { countries, type SeedCountry } from './names.ts'

const hourMs = 60 * 60 * 1000

/** 200 customers of the shop, each with WhatsApp on the phone they gave at the checkout. */
export function seedPeople(
  request: ShopRequest,
  random: Random,
  addPerson: (person: NewPerson) => unknown,
): void {
  const nowMs = request.clock.now().getTime()
  const phones = new Set<string>()
  for (const place of countries) {
    for (let count = 0; count < place.count; count++) {
      const person = makePerson(place, { random, phones, isRespelled: count % 2 === 1 })
      addPerson(person)
      addCustomer(request, person, {
        place,
        sinceMs: nowMs - (30 + random.below(370)) * 24 * hourMs - random.below(24) * hourMs,
      })
    }
  }
}

function makePerson(
  place: SeedCountry,
  { random, phones, isRespelled }: { random: Random; phones: Set<string>; isRespelled: boolean },
): NewPerson & { first: string; last: string } {
  const first = place.first[random.below(place.first.length)] ?? ''
  const last = place.last[random.below(place.last.length)] ?? ''
  let phone = ''
  do {
    phone = place.phone.replace(/[n#]/g, (kind) =>
      String(kind === 'n' ? 2 + random.below(7) : random.below(10)),
    )
  } while (phones.has(phone))
  phones.add(phone)
  const digits = phone.slice(1)
  const [from, to] = place.respell ?? [/^$/, '']
  return {
    first,
    last,
    name: `${first} ${last}`,
    phone,
    waId: isRespelled ? digits.replace(from, to) : digits,
    bsuid: newUserId({ random }, place.country),
    country: place.country,
    language: place.language,
  }
}

function addCustomer(
  request: ShopRequest,
  person: { first: string; last: string; phone: string },
  { place, sinceMs }: { place: SeedCountry; sinceMs: number },
): void {
  const id = request.state.nextId('users')
  const email = `${slugOf(person.first)}.${slugOf(person.last)}.${id}@example.com`
  const billing: Address = {
    ...emptyAddress,
    first_name: person.first,
    last_name: person.last,
    address_1: `${id} Sample Street`,
    city: place.city,
    postcode: place.postcode,
    country: place.country,
    email,
    // As people type it: some with gaps.
    phone: id % 3 === 0 ? person.phone.replace(/^(\+\d{2})(\d{3})/, '$1 $2 ') : person.phone,
  }
  const createdMs = Math.floor(sinceMs / 1000) * 1000
  request.state.customers.put(id, {
    id,
    email,
    firstName: person.first,
    lastName: person.last,
    username: email.split('@')[0] ?? '',
    billing,
    shipping: { ...billing, email: '' },
    isPaying: true,
    metaData: [],
    createdMs,
    modifiedMs: createdMs,
  })
}
