import type { Stage } from '../../app-stage.ts'
import type { Agenda } from './agenda.ts'
import type { Role } from './cast.ts'
import type { Teller } from './teller.ts'

/** What those who play work with. */
export interface Play {
  stage: Stage
  agenda: Agenda
  teller: Teller
  cast: readonly Role[]
  /** How many runs the brake held, by what the merchant said. */
  held: { approved: number; refused: number }
  /** Who asked to be told about something, and when. */
  asked: { personId: string; at: Date }[]
  roleOf(personId: string | null): Role | undefined
  /** A call to the hub's API with its token; throws unless it is answered with 2xx. */
  api(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown>
}

const minuteMs = 60_000
const quarterMs = 15 * minuteMs

/** So many minutes from now, on the quarter of an hour: what happens at about the same time happens in one go. */
export function soon({ stage }: Pick<Play, 'stage'>, minutes: number): Date {
  const atMs = stage.clock.now().getTime() + minutes * minuteMs
  return new Date(Math.ceil(atMs / quarterMs) * quarterMs)
}

export function money(minor: number): string {
  return `${(minor / 100).toFixed(2)} €`
}

/** A variation with its parent's name before it. */
export function nameOf({ stage }: Pick<Play, 'stage'>, sku: string): string {
  const { shop } = stage.sandbox
  const product = shop.product(sku)
  return product.parentId === 0 ? product.name : `${shop.product(product.parentId).name}, ${product.name}`
}
