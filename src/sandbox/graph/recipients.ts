import type { Fields } from '../read-values.ts'
import { GraphError } from './graph-error.ts'
import { ownNumber, type GraphState, type Person } from './graph-state.ts'

export interface Recipient {
  /** As given in `to` or `recipient`. */
  input: string
  byUserId: boolean
  /** Digits with the country code that WhatsApp reads in `to`; the id itself in `recipient`. */
  address: string
  person: Person | undefined
}

/** `to` is a number and wins over `recipient`, a business-scoped user id. */
export function readRecipient(state: GraphState, body: Fields): Recipient {
  const { to, recipient } = body
  if (typeof to === 'string' || typeof to === 'number') return byNumber(state, String(to))
  if (typeof recipient === 'string' && recipient !== '') return byUserId(state, recipient)
  throw new GraphError(100, undefined, { title: '(#100) The parameter to is required.' })
}

function byNumber(state: GraphState, input: string): Recipient {
  const digits = digitsCalled(input)
  if (!/^\d{7,17}$/.test(digits)) throw new GraphError(131009, 'Recipient phone number is not valid')
  if (digits === ownNumber.digits)
    throw new GraphError(131021, 'Sender and recipient phone numbers are the same.')
  return { input, byUserId: false, address: digits, person: state.people.findByNumber(digits) }
}

/** Without a + the business number's own country code is put in front, whatever the number begins with (messages/send-messages). */
function digitsCalled(to: string): string {
  const digits = to.replace(/\D/g, '')
  return to.trim().startsWith('+') ? digits : `${ownNumber.countryCode}${digits}`
}

function byUserId(state: GraphState, input: string): Recipient {
  if (!/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/.test(input)) {
    throw new GraphError(131009, 'Recipient user id is not valid')
  }
  const person = state.people.findByUserId(input)
  return { input, byUserId: true, address: input, person }
}
