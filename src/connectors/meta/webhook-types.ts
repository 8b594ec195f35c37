// What Meta's webhooks say, once parsed. Nothing here is assumed to be present unless Meta always sends it.

/** Where a change happened. Fields without metadata (templates, account) know only the WABA. */
export interface Origin {
  wabaId: string
  phoneNumberId: string | undefined
}

export interface InboundMessageUpdate {
  kind: 'message'
  origin: Origin
  /** wamid */
  id: string
  type: string
  /** The sender's number as WhatsApp spells it (digits, no +); absent for people known only by BSUID. */
  from: string | undefined
  /** Business-scoped user id. */
  fromUserId: string | undefined
  profileName: string | undefined
  at: Date
  /** What the person said, whatever the type: text, caption, title of the button or row. */
  text: string | undefined
  /** The id or payload behind a tapped button or row. */
  buttonId: string | undefined
  /** The message this one answers. */
  contextId: string | undefined
  referredProduct: { catalogId: string; retailerId: string } | undefined
  order: { catalogId: string; items: OrderedItem[] } | undefined
  /** Of type 'system': what changed. */
  system: { type: string; newWaId: string | undefined; newUserId: string | undefined } | undefined
  errors: MetaError[]
  /** The message exactly as sent, JSON text. */
  raw: string
}

export interface OrderedItem {
  retailerId: string
  quantity: number
}

export type StatusName = 'sent' | 'delivered' | 'read' | 'failed' | 'played'

export interface StatusUpdate {
  kind: 'status'
  origin: Origin
  /** wamid of the message it is about. */
  id: string
  status: StatusName | 'other'
  at: Date
  recipientId: string | undefined
  recipientUserId: string | undefined
  /** Our own id, echoed. */
  callbackData: string | undefined
  pricing: { type: string | undefined; category: string | undefined } | undefined
  errors: MetaError[]
}

export interface MetaError {
  code: number
  title: string
  details: string | undefined
}

export interface PreferenceUpdate {
  kind: 'user_preference'
  origin: Origin
  waId: string | undefined
  userId: string | undefined
  category: string
  value: 'stop' | 'resume' | 'other'
  at: Date
}

export interface UserIdUpdate {
  kind: 'user_id_update'
  origin: Origin
  waId: string | undefined
  previousUserId: string
  currentUserId: string
  at: Date
}

/** Errors outside any message (a throughput limit, for instance). */
export interface ValueErrorUpdate {
  kind: 'value_error'
  origin: Origin
  errors: MetaError[]
}

/** Every other field: template, account, quality and whatever Meta adds later. `value` as sent. */
export interface FieldUpdate {
  kind: 'field'
  origin: Origin
  field: string
  value: unknown
  at: Date | undefined
}

/** A part that could not be understood: kept with its reason, and it never costs the rest of the delivery. */
export interface UnknownUpdate {
  kind: 'unknown'
  origin: Origin
  reason: string
  raw: string
}

export type MetaUpdate =
  | InboundMessageUpdate
  | StatusUpdate
  | PreferenceUpdate
  | UserIdUpdate
  | ValueErrorUpdate
  | FieldUpdate
  | UnknownUpdate
