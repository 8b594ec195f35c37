// What Meta's error codes mean for the message and for what it was sent with. From Meta's list of error codes (support/error-codes),
// which says what may help; titles, HTTP statuses and subcodes are not for logic. Synchronous answers and failed statuses share it.

export type FailureReason =
  | 'refused'
  | 'throttled'
  | 'temporarily_refused'
  | 'marketing_limited'
  | 'meta_stop'
  | 'number_unreachable'
  | 'window_24h_closed'
  | 'parameters_invalid'
  | 'template_missing'
  | 'template_paused'
  | 'template_disabled'
  | 'number_stopped'

export type Failure =
  /** Worth another attempt: after `firstSeconds`, and `factor` times longer each further time. */
  | { kind: 'retry'; firstSeconds: number; factor: number; reason: FailureReason }
  | { kind: 'wait_a_day'; reason: FailureReason }
  | { kind: 'never'; reason: FailureReason }
  /** This person has stopped marketing in WhatsApp. */
  | { kind: 'opt_out'; reason: FailureReason }
  /** Nothing more can go with this template until its status changes to something better than `status`. */
  | { kind: 'stop_template'; status: 'PAUSED' | 'DISABLED' | 'DELETED'; reason: FailureReason }
  /** Nothing more can go from this number until a person has looked at it; the message itself may be tried again then. */
  | { kind: 'stop_number'; reason: FailureReason }

const temporary: Failure = { kind: 'retry', firstSeconds: 10, factor: 3, reason: 'temporarily_refused' }
const throttled: Failure = { kind: 'retry', firstSeconds: 5, factor: 4, reason: 'throttled' }
const stopNumber: Failure = { kind: 'stop_number', reason: 'number_stopped' }
const never = (reason: FailureReason): Failure => ({ kind: 'never', reason })
const retryAfter = (firstSeconds: number): Failure => ({
  kind: 'retry',
  firstSeconds,
  factor: 2,
  reason: 'temporarily_refused',
})

const failures: Readonly<Record<number, Failure>> = {
  // Service trouble. Code 1 can also be a bad request: the attempts are few.
  1: temporary,
  2: temporary,
  131000: temporary,
  131016: temporary,
  133004: temporary,
  // Too much at once: of the app, of the account, of the number, to this person (the documented wait is 4^n seconds).
  4: { ...throttled, firstSeconds: 300, factor: 2 },
  80007: { ...throttled, firstSeconds: 300, factor: 2 },
  130429: throttled,
  131056: { ...throttled, firstSeconds: 1, factor: 4 },
  // The number is being moved to a higher throughput, which takes a minute.
  131057: retryAfter(90),
  2494100: retryAfter(90),
  // The Marketing Messages API is still reading a new template.
  134101: retryAfter(600),
  // A share of people is kept free of marketing, and everybody has a limit of their own.
  131049: { kind: 'wait_a_day', reason: 'marketing_limited' },
  130472: never('marketing_limited'),
  131050: { kind: 'opt_out', reason: 'meta_stop' },
  // The person.
  131026: never('number_unreachable'),
  131021: never('number_unreachable'),
  130403: never('number_unreachable'),
  131062: never('number_unreachable'),
  131047: never('window_24h_closed'),
  130497: never('refused'),
  // The message.
  33: never('parameters_invalid'),
  100: never('parameters_invalid'),
  131008: never('parameters_invalid'),
  131009: never('parameters_invalid'),
  131051: never('parameters_invalid'),
  131052: never('parameters_invalid'),
  131053: never('parameters_invalid'),
  132000: never('parameters_invalid'),
  132005: never('parameters_invalid'),
  132012: never('parameters_invalid'),
  132018: never('parameters_invalid'),
  135000: never('parameters_invalid'),
  // The template.
  132001: { kind: 'stop_template', status: 'DELETED', reason: 'template_missing' },
  132015: { kind: 'stop_template', status: 'PAUSED', reason: 'template_paused' },
  132016: { kind: 'stop_template', status: 'DISABLED', reason: 'template_disabled' },
  132007: never('refused'),
  132068: never('refused'),
  132069: { ...throttled, firstSeconds: 300 },
  131063: never('refused'),
  134100: never('refused'),
  134102: never('refused'),
  // The number or its account: token, permission, spam rate, payment, registration, display name, restriction.
  0: stopNumber,
  3: stopNumber,
  10: stopNumber,
  104: stopNumber,
  190: stopNumber,
  368: stopNumber,
  131005: stopNumber,
  131031: stopNumber,
  131037: stopNumber,
  131042: stopNumber,
  131045: stopNumber,
  131048: stopNumber,
  131064: stopNumber,
  133010: stopNumber,
}

/** `null`: refused without a word from Meta (nobody answered the call). A code that is not listed is never tried again. */
export function findFailure(code: number | null): Failure {
  if (code === null) return temporary
  const listed = failures[code]
  if (listed !== undefined) return listed
  // A permission is missing or was taken away.
  return code >= 200 && code <= 299 ? stopNumber : never('refused')
}
