// What Meta's error codes mean for a message, and for what it was sent with and to. From Meta's list of error codes
// (support/error-codes, September 2026), which says what may help; titles, HTTP statuses and subcodes are not for logic. Answers to
// requests and failed statuses share it. A new line needs its case in test/outbox/failure-codes.test.ts.

export type FailureReason =
  | 'account_blocked'
  | 'account_misclassified'
  | 'bsuid_unsupported'
  | 'country_restricted'
  | 'display_name_refused'
  | 'marketing_endpoint_required'
  | 'marketing_endpoint_unavailable'
  | 'marketing_experiment'
  | 'marketing_limited'
  | 'media_unavailable'
  | 'meta_stop'
  | 'number_in_maintenance'
  | 'number_unreachable'
  | 'number_unregistered'
  | 'parameters_invalid'
  | 'payment_problem'
  | 'permission_missing'
  | 'person_blocked'
  | 'person_throttled'
  | 'refused'
  | 'spam_limited'
  | 'template_disabled'
  | 'template_missing'
  | 'template_paused'
  | 'template_syncing'
  | 'temporarily_refused'
  | 'throttled'
  | 'token_invalid'
  | 'unknown_error_code'
  | 'window_24h_closed'

/** What becomes of the message itself. */
export type Then =
  | { kind: 'never' }
  /** Another attempt after `firstSeconds`, and `factor` times later each further time; `attempts`, the first one included, are all. */
  | { kind: 'retry'; firstSeconds: number; factor: number; atMostSeconds: number; attempts: number }
  /** Another attempt whenever somebody has started again what was stopped. */
  | { kind: 'when_started' }

/** What it says beyond the message. */
export type Effect =
  /** The person has stopped marketing in WhatsApp. */
  | { kind: 'opt_out' }
  /** The address cannot be reached: after some in a row nothing is sent there but answers. */
  | { kind: 'count_refusal' }
  /** Nothing to this person for as long as the message itself waits. */
  | { kind: 'hold_person' }
  | { kind: 'slow_number' }
  /** Nothing from the number, or its whole account, for so long; what Meta says about the time goes first. */
  | { kind: 'pause'; scope: 'number' | 'account'; seconds: number }
  /** Nothing until a person has looked: `shop`, because the token is the shop's. */
  | { kind: 'stop'; scope: StopScope }
  /** Nothing more with this template until its status changes to something better. */
  | { kind: 'stop_template'; status: 'PAUSED' | 'DISABLED' | 'DELETED' }
  /** From this account nobody in the person's country can be written to. */
  | { kind: 'restrict_country' }
  /** Nobody here knows the code. */
  | { kind: 'report' }

export type StopScope = 'number' | 'account' | 'shop'

export interface Failure {
  reason: FailureReason
  /** Meta's meaning in a few words; for the log and the tests. */
  meaning: string
  then: Then
  effect?: Effect
}

/** POST /{number}/messages, or /{number}/marketing_messages. */
export type Endpoint = 'messages' | 'marketing_messages'

const day = 86_400
const few = { factor: 3, atMostSeconds: 900, attempts: 5 }
const many = { factor: 3, atMostSeconds: 900, attempts: 20 }

function never(reason: FailureReason, meaning: string, effect?: Effect): Failure {
  return { reason, meaning, then: { kind: 'never' }, ...(effect === undefined ? {} : { effect }) }
}

type Waits = Partial<typeof few>

function retry(
  firstSeconds: number,
  waits: Waits,
  [reason, meaning]: [FailureReason, string],
  effect?: Effect,
): Failure {
  const then: Then = { kind: 'retry', firstSeconds, ...few, ...waits }
  return { reason, meaning, then, ...(effect === undefined ? {} : { effect }) }
}

const temporary = (meaning: string): Failure => retry(10, few, ['temporarily_refused', meaning])

function stop(scope: StopScope, reason: FailureReason, meaning: string): Failure {
  return { reason, meaning, then: { kind: 'when_started' }, effect: { kind: 'stop', scope } }
}

/** The message may go by another language, or when the template is back: the check before sending knows. */
function stopTemplate(status: 'PAUSED' | 'DISABLED' | 'DELETED', said: [FailureReason, string]): Failure {
  return retry(60, { factor: 5, atMostSeconds: 3_600 }, said, { kind: 'stop_template', status })
}

const paused = (scope: 'number' | 'account', seconds: number): Effect => ({ kind: 'pause', scope, seconds })
const maintenance = retry(
  90,
  { ...many, factor: 2 },
  ['number_in_maintenance', 'Being upgraded'],
  paused('number', 90),
)
const parametersInvalid = (meaning: string): Failure => never('parameters_invalid', meaning)

export const failureTable: Readonly<Record<number, Failure>> = {
  // Service trouble. Code 1 can also be a bad request: the attempts are few.
  1: temporary('Unknown error of the API'),
  2: temporary('Service unavailable for the moment'),
  131000: temporary('Something went wrong'),
  131016: temporary('Service overloaded'),
  133004: temporary('Server unavailable for the moment'),

  // Too much at once: of the app, of the account, of the number, to this person (the documented wait is 4^n seconds).
  4: retry(300, { ...many, factor: 1 }, ['throttled', 'Too many calls of the app'], paused('account', 300)),
  80007: retry(
    300,
    { ...many, factor: 1 },
    ['throttled', 'Too many calls for the account'],
    paused('account', 300),
  ),
  130429: retry(5, many, ['throttled', 'Over the number’s throughput'], { kind: 'slow_number' }),
  131056: retry(
    1,
    { factor: 4, atMostSeconds: 4_096, attempts: 7 },
    ['person_throttled', 'Too much to one person'],
    { kind: 'hold_person' },
  ),

  // The number is being moved to a higher throughput, which takes a minute.
  131057: maintenance,
  2494100: maintenance,

  // Everybody has a limit of marketing, a share of people is kept free of it, and who has stopped it said so.
  131049: retry(day, { factor: 1, atMostSeconds: day, attempts: 3 }, [
    'marketing_limited',
    'Enough marketing',
  ]),
  130472: never('marketing_experiment', 'Part of an experiment without marketing'),
  131050: never('meta_stop', 'Has stopped this business’s marketing', { kind: 'opt_out' }),

  // The person, and where they are.
  131026: never('number_unreachable', 'Undeliverable', { kind: 'count_refusal' }),
  131021: never('number_unreachable', 'Sender and recipient are the same'),
  130403: never('person_blocked', 'Blocked by the business'),
  131047: never('window_24h_closed', 'More than 24 hours since they wrote'),
  130497: never('country_restricted', 'May not write to this country', { kind: 'restrict_country' }),
  // From then on to the number, whatever came before; without one there is nothing left to try.
  131062: retry(0, { attempts: many.attempts }, ['bsuid_unsupported', 'No user ids for this message']),

  // The message.
  33: parametersInvalid('A parameter is wrong'),
  100: parametersInvalid('A parameter is wrong'),
  131008: parametersInvalid('A parameter is missing'),
  131009: parametersInvalid('A value is not valid'),
  131051: parametersInvalid('Type of message not supported'),
  132000: parametersInvalid('Number of parameters differs from the template’s'),
  132005: parametersInvalid('Text with its values too long'),
  132012: parametersInvalid('Form of a parameter differs from the template’s'),
  132018: parametersInvalid('A parameter breaks the template’s rules'),
  135000: parametersInvalid('A parameter is wrong'),
  131052: never('media_unavailable', 'Media could not be downloaded'),
  // A link may only have been away for a moment.
  131053: retry(60, { attempts: 2 }, ['media_unavailable', 'Media could not be uploaded']),

  // The template.
  132001: stopTemplate('DELETED', ['template_missing', 'Not in this language, or not approved']),
  132015: stopTemplate('PAUSED', ['template_paused', 'Paused for its quality']),
  132016: stopTemplate('DISABLED', ['template_disabled', 'Paused too often, and disabled']),
  132007: never('refused', 'Content against the policy'),
  132068: never('refused', 'Its flow is blocked'),
  132069: retry(300, { ...few, factor: 2 }, ['throttled', 'Its flow is throttled']),

  // The Marketing Messages endpoint.
  131063: never('marketing_endpoint_required', 'Marketing is off on /messages'),
  134100: never('refused', 'Only marketing templates there'),
  134101: retry(600, { factor: 1, attempts: 7 }, ['template_syncing', 'Still reading the template']),
  134102: never('marketing_endpoint_unavailable', 'Endpoint not available to the account'),

  // The number.
  131037: stop('number', 'display_name_refused', 'Needs a display name'),
  131045: stop('number', 'number_unregistered', 'Registration failed'),
  131048: stop('number', 'spam_limited', 'Too many people blocked or reported it'),
  133010: stop('number', 'number_unregistered', 'Not registered'),

  // The account.
  368: stop('account', 'account_blocked', 'Blocked for a while for its policy violations'),
  131031: stop('account', 'account_blocked', 'Locked'),
  131042: stop('account', 'payment_problem', 'Payment problem'),
  131064: stop('account', 'account_misclassified', 'Limited for templates in the wrong category'),

  // The token: of the whole shop. All of 200-299 are permissions.
  0: stop('shop', 'token_invalid', 'Could not authenticate'),
  104: stop('shop', 'token_invalid', 'No token'),
  190: stop('shop', 'token_invalid', 'Token has expired'),
  3: stop('shop', 'permission_missing', 'Capability or permission missing'),
  10: stop('shop', 'permission_missing', 'Permission not granted'),
  131005: stop('shop', 'permission_missing', 'Permission not granted, or taken away'),
}

const permission = stop('shop', 'permission_missing', 'A permission is missing')
/** Nobody took the call: Meta, or the way to it, is away. Retried for about a day. */
const nobodyAnswered = retry(10, { ...few, attempts: 102 }, ['temporarily_refused', 'Nobody took the call'])
/** The Marketing Messages endpoint answers so, too, while it still reads the template. */
const maybeSyncing = retry(600, { factor: 1, attempts: 3 }, ['template_syncing', 'May still be reading it'])
const noCode = never('refused', 'Failed without a code')
const unknownCode = never('unknown_error_code', 'Not in the table', { kind: 'report' })

/** Of a status `failed` that names no code that could be read. */
export const codeless = -1

/** `code` null: refused without a word from Meta. A code that is not listed is never tried again. */
export function findFailure(code: number | null, endpoint: Endpoint = 'messages'): Failure {
  if (code === null) return nobodyAnswered
  if (code === codeless) return noCode
  if (code === 131009 && endpoint === 'marketing_messages') return maybeSyncing
  const listed = failureTable[code]
  if (listed !== undefined) return listed
  return code >= 200 && code <= 299 ? permission : unknownCode
}

/** Whether many of these in a row mean that the campaign, its people or its template are wrong, and not only the moment. */
export function speaksAgainstCampaign({ then, effect, reason }: Failure): boolean {
  if (effect?.kind === 'stop_template') return true
  return then.kind === 'never' && reason !== 'marketing_experiment' && reason !== 'country_restricted'
}
