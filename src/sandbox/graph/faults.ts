/** What goes wrong on demand. Not kept over a restart. */
export interface WhatsAppFaults {
  /** Each webhook is delivered this many times more. */
  extraCopies: number
  /** Webhooks that wait are delivered in an order drawn by chance. */
  shuffle: boolean
  /** Up to this many updates in one delivery. */
  batchSize: number
  /** Webhooks wait until they are released. */
  hold: boolean
  /** The next so many updates never reach the hub. */
  loseUpdates: number
  /** This share of the updates that tell of statuses never reaches the hub, drawn by chance, in basis points. */
  dropStatusShareBps: number
  /** Sends are answered after so long, beside each other; what follows from them comes after the answer. */
  answerDelayMs: number
  /** The next so many messages are taken and sent, but the connection is cut before the answer. */
  loseAnswers: number
  /** The next so many messages are taken and sent, but never answered. */
  hangAnswers: number
  /** The next so many messages are taken and sent, but answered 502 without a body. */
  emptyAnswers: number
  /** The next so many sends are not taken: 503 without a body. */
  unavailable: number
  /** Every call is refused with 190. */
  tokenExpired: boolean
  /** So many sends are still taken, then the token has expired; null: it does not by itself. */
  tokenExpiresAfter: number | null
  /** Calls are refused in the answer: sends, unless it says otherwise. */
  refuse: CodedFault | null
  /** Sends are accepted and fail later. */
  fail: CodedFault | null
  /** A free message outside the window is refused in the answer, or accepted and failed later: both have been seen. */
  windowRefusal: 'at_once' | 'later'
  templateReview: 'at_once' | 'when_told'
}

export interface CodedFault {
  code: number
  /** How many more times; left out: until it is taken away. */
  times?: number
  /** Only messages to this number (digits) or BSUID. */
  to?: string
  /** What is refused; left out: sends. Management: what reads or changes the account, its number and its templates. */
  calls?: 'sends' | 'management' | 'all'
}

export const noFaults: WhatsAppFaults = {
  extraCopies: 0,
  shuffle: false,
  batchSize: 1,
  hold: false,
  loseUpdates: 0,
  dropStatusShareBps: 0,
  answerDelayMs: 0,
  loseAnswers: 0,
  hangAnswers: 0,
  emptyAnswers: 0,
  unavailable: 0,
  tokenExpired: false,
  tokenExpiresAfter: null,
  refuse: null,
  fail: null,
  windowRefusal: 'later',
  templateReview: 'at_once',
}

/** The fault's code if it strikes this address, counted down; null: a call that sends nothing. */
export function strike(
  faults: WhatsAppFaults,
  which: 'refuse' | 'fail',
  address: string | null,
): number | undefined {
  const fault = faults[which]
  if (fault === null || !isMeant(fault, address)) return undefined
  if (fault.times !== undefined) {
    faults[which] = fault.times > 1 ? { ...fault, times: fault.times - 1 } : null
    if (fault.times < 1) return undefined
  }
  return fault.code
}

/** Counts a send that was taken towards the end of the token. */
export function ageToken(faults: WhatsAppFaults): void {
  if (faults.tokenExpiresAfter === null) return
  faults.tokenExpiresAfter -= 1
  if (faults.tokenExpiresAfter > 0) return
  faults.tokenExpiresAfter = null
  faults.tokenExpired = true
}

function isMeant({ calls = 'sends', to }: CodedFault, address: string | null): boolean {
  if (calls !== 'all' && calls !== (address === null ? 'management' : 'sends')) return false
  return to === undefined || to.replace(/^\+/, '') === address?.replace(/^\+/, '')
}
