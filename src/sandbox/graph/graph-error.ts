/** A refusal in Meta's form. */
export class GraphError extends Error {
  readonly status: number
  readonly code: number
  readonly details: string | undefined
  readonly more: Readonly<Record<string, unknown>>
  readonly type: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: number,
    details?: string,
    options: {
      title?: string
      status?: number
      type?: string
      more?: Readonly<Record<string, unknown>>
      headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(options.title ?? `(#${code}) ${titleOf(code)}`)
    this.name = 'GraphError'
    this.status = options.status ?? (code === 132001 ? 404 : 400)
    this.code = code
    this.details = details
    this.type = options.type ?? 'OAuthException'
    this.more = options.more ?? {}
    this.headers = options.headers ?? {}
  }
}

export function toGraphBody(error: GraphError, traceId: string): Record<string, unknown> {
  return {
    error: {
      message: error.message,
      type: error.type,
      code: error.code,
      ...(error.details === undefined
        ? {}
        : { error_data: { messaging_product: 'whatsapp', details: error.details } }),
      ...error.more,
      fbtrace_id: traceId,
    },
  }
}

/** Something that the address names is not there, or does not know the verb. */
export function unknownObject(id: string, method: string): GraphError {
  const verb = method === 'GET' ? 'get' : method === 'DELETE' ? 'delete' : 'post'
  const title =
    `Unsupported ${verb} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, ` +
    'or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api'
  return new GraphError(100, undefined, { title, type: 'GraphMethodException', more: { error_subcode: 33 } })
}

export function unknownPath(path: string): GraphError {
  return new GraphError(2500, undefined, { title: `Unknown path components: ${path}` })
}

/** An error inside a failed status. */
export function toStatusError(code: number): Record<string, unknown> {
  const title = titleOf(code)
  return {
    code,
    title,
    message: title,
    error_data: { details: statusDetails[code] ?? title },
    href: '/documentation/business-messaging/whatsapp/support/error-codes',
  }
}

function titleOf(code: number): string {
  return titles[code] ?? 'Something went wrong'
}

// support/error-codes (September 2026)
const titles: Readonly<Record<number, string>> = {
  1: 'An unknown error occurred',
  2: 'Service temporarily unavailable',
  4: 'Application request limit reached',
  10: 'Application does not have permission for this action',
  100: 'Invalid parameter',
  368: 'Temporarily blocked for policies violations',
  80007: 'Rate limit hit',
  80008: 'There have been too many calls to this WhatsApp Business account. Wait a bit and try again.',
  130403: 'User is blocked by the business',
  130429: 'Rate limit hit',
  130472: "User's number is part of an experiment",
  131000: 'Something went wrong',
  131005: 'Access denied',
  131008: 'Required parameter is missing',
  131009: 'Parameter value is not valid',
  131016: 'Service unavailable',
  131021: 'Recipient cannot be sender',
  131026: 'Message undeliverable',
  131031: 'Business Account locked',
  131042: 'Business eligibility payment issue',
  131047: 'Re-engagement message',
  131048: 'Spam rate limit hit',
  131049: 'This message was not delivered to maintain healthy ecosystem engagement.',
  131050:
    'Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business',
  131051: 'Unsupported message type',
  131052: 'Media download error',
  131053: 'Media upload error',
  131056: '(Business Account, Consumer Account) pair rate limit hit',
  131057: 'Business account is in maintenance mode',
  131062: 'Business-scoped User ID (BSUID) recipients are not supported for this message.',
  131063: 'Marketing templates disabled for Cloud API',
  131064: 'Account is limited because of template misclassification',
  132000: 'Number of parameters does not match the expected number of params',
  132001: 'Template name does not exist in the translation',
  132005: 'Translated text too long',
  132007: 'Template format character policy violated',
  132012: 'Parameter format does not match format in the created template',
  132015: 'Template is paused',
  132016: 'Template is disabled',
  132018: 'There was an issue with the parameters in your template',
  133004: 'Server temporarily unavailable',
  133010: 'Phone number not registered',
  134100: 'Only marketing messages supported',
  134101: 'Template is still being synced',
  134102: 'Template unavailable for use',
}

const statusDetails: Readonly<Record<number, string>> = {
  131026: 'Message undeliverable.',
  131047:
    'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
  131048:
    'Message failed to send because there are restrictions on how many messages can be sent from this number.',
  131053: 'Unable to load the media of the message.',
  131049: 'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
  131050: 'The recipient has stopped marketing messages from this business.',
}
