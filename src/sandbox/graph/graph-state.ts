import type { Collection } from '../store.ts'
import type { Fields } from '../read-values.ts'

/** Whose account is played. */
export interface WhatsAppAccount {
  accessToken: string
  appSecret: string
  verifyToken: string
  phoneNumberId: string
  wabaId: string
  catalogId: string
}

/** Somebody with a phone. */
export interface Person {
  id: string
  name: string
  /** E.164, as people dial it. */
  phone: string
  /** As WhatsApp spells it: digits, for Brazil at times without the ninth, for Mexico with a 1 after the country code. */
  waId: string
  /** Business-scoped user id; a new one comes with a new number. */
  bsuid: string
  /** With one, the number is left out of webhooks unless it was the number that was written to. */
  username: string | null
  language: string
  /** Reads what arrives at once; else only when told. */
  readsAtOnce: boolean
  onWhatsApp: boolean
  /** Asked Meta to stop marketing from this business. */
  stoppedMarketing: boolean
  /** Has had enough marketing from everybody together: Meta holds more back. */
  marketingCapped: boolean
  blockedUs: boolean
  /** When the 24-hour window was last opened. */
  lastWroteMs: number | null
}

export type StatusName = 'sent' | 'delivered' | 'read' | 'failed'

export interface Status {
  status: StatusName
  atMs: number
  errorCode?: number
}

/** One message of either direction, as it went over the wire. */
export interface LoggedMessage {
  /** wamid */
  id: string
  direction: 'to_person' | 'from_person'
  /** Null: nobody here has the number it was sent to. */
  personId: string | null
  /** `to` or `recipient` as given; of messages from people, their wa_id. */
  address: string
  byUserId: boolean
  type: string
  /** What stands under the message's type: `{ body }` of a text. */
  content: Fields
  /** What a person sees of a template, its parameters filled in. */
  shown: string
  category: string | null
  isFree: boolean
  callbackData: string | null
  contextId: string | null
  atMs: number
  statuses: readonly Status[]
  /** Sent by /marketing_messages. */
  isMarketingApi?: boolean
  /** The template whose first messages Meta is still watching. */
  heldFor?: string | null
}

export interface Template {
  id: string
  name: string
  language: string
  category: string
  status: string
  rejectedReason: string
  quality: string
  parameterFormat: 'NAMED' | 'POSITIONAL'
  components: readonly Fields[]
  approvedMs?: number
  /** How often it was paused. */
  pauses?: number
  /** What Meta calls the pause it is in: FIRST_PAUSE, SECOND_PAUSE or RATE_LIMITING_PAUSE. */
  pauseTitle?: string | undefined
  /** Its messages are held until Meta knows how the first were taken. */
  isHeld?: boolean
}

/** An uploaded picture, video or document: all but its bytes. */
export interface Media {
  id: string
  type: string
  bytes: number
  sha256: string
}

/** Something that happened, on its way to the hub. */
export interface Update {
  id: number
  field: string
  value: Fields
  /** Fields other than `messages` say when in the entry. */
  timeS: number | null
}

/** Everybody with a phone; found by what they are written to. */
export interface People extends Collection<Person> {
  /** Digits, as it is dialled or as WhatsApp spells it. A number belongs to whoever took it last. */
  findByNumber(digits: string): Person | undefined
  findByUserId(bsuid: string): Person | undefined
}

export interface GraphState {
  people: People
  messages: Collection<LoggedMessage>
  templates: Collection<Template>
  updates: Collection<Update>
  /** Resumable uploads that were begun: what was announced. */
  uploads: Collection<{ bytes: number; type: string; handle: string | null }>
  media: Collection<Media>
  nextId(sequence: string): number
  together<Result>(work: () => Result): Result
}

/** The business's own number, in Portugal: what a number without + is taken to be in. */
export const ownNumber = { display: '+351 21 012 3400', digits: '351210123400', countryCode: '351' }

const windowMs = 24 * 60 * 60 * 1000

export function isWindowOpen(person: Person, nowMs: number): boolean {
  return person.lastWroteMs !== null && nowMs - person.lastWroteMs < windowMs
}
