import { listRestrictedCountries } from './failure-store.ts'
import type { Guard } from './start-batch.ts'

/**
 * Where Meta has said that this account may not write to a country (130497), nothing more goes there, and everywhere else goes on. The open
 * notice is what it is known by: a merchant who resolves it lets the next message try again.
 */
export const guardCountries: Guard = async (tx, { number, ready }) => {
  const restricted = await listRestrictedCountries(tx, number)
  const there = ready.filter(({ country }) => country !== null && restricted.includes(country))
  const held = { kind: 'suppress', reason: 'country_restricted' } as const
  return new Map(there.map(({ row }) => [row.id, held]))
}
