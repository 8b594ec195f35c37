// What may stand in a log. Ids may; what says who somebody is or what they wrote may not, nor may anything that opens a door.

const hidden = '[hidden]'
const deepest = 8
const widest = 50

const privateNames = new Set(
  [
    'phone', 'phones', 'phone_number', 'display_phone_number', 'to', 'recipient', 'recipient_id', 'wa_id', 'bsuid', 'user_id',
    'msisdn', 'e164', 'email', 'name', 'first_name', 'last_name', 'full_name', 'profile_name', 'username', 'profile', 'contacts',
    'address', 'address_1', 'address_2', 'billing', 'shipping', 'postcode', 'ip', 'ip_address', 'body', 'text', 'caption',
    'customer_note', 'wording', 'payload', 'raw_body', 'identities', 'identity', 'value', 'cookie', 'cookies', 'set_cookie', 'url_query',
    'signature', 'x_hub_signature_256', 'x_wc_webhook_signature', 'appsecret_proof', 'credentials', 'biz_opaque_callback_data',
  ],
) // prettier-ignore

const secretName = /(token|secret|password|passphrase|authorization|api_?key|consumer_key|private_key|cookie)/

/** Anything, with what is private replaced. Never throws, never changes what it is given, cuts what is deep or long. */
export function redact(value: unknown): unknown {
  return redactAt(value, 0, new Set())
}

function redactAt(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`
  if (depth > deepest || above.has(value)) return '[…]'
  above.add(value)
  const redacted = redactObject(value, depth + 1, above)
  above.delete(value)
  return redacted
}

function redactObject(value: object, depth: number, above: Set<object>): unknown {
  if (value instanceof Error) return redactError(value, depth, above)
  if (Array.isArray(value)) return value.slice(0, widest).map((item) => redactAt(item, depth, above))
  if (value instanceof Map || value instanceof Set) return `[${String(value.size)} entries]`
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, redactField(name, inner, depth, above)]),
  )
}

/** An HTTP library's error carries the whole request, so only what an error says and where it arose is taken over. */
function redactError(error: Error, depth: number, above: Set<object>): unknown {
  const { code, advice } = error as { code?: unknown; advice?: unknown }
  return {
    type: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(typeof advice === 'string' ? { advice: redactText(advice) } : {}),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redactAt(error.cause, depth, above) }),
  }
}

function redactField(name: string, inner: unknown, depth: number, above: Set<object>): unknown {
  const snake = snakeCase(name)
  if (privateNames.has(snake) || secretName.test(snake)) return hideValue(inner)
  // Meta's ids have as many digits as a phone: what is named an id is believed to be one.
  if (/(^|_)(id|key)$/.test(snake) && typeof inner === 'string') return inner
  return redactAt(inner, depth, above)
}

function hideValue(value: unknown): unknown {
  return value === undefined || value === null || typeof value === 'boolean' ? value : hidden
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase()
}

/** Free text (a message, another system's error): tokens, e-mail addresses and phone numbers in it are replaced. */
export function redactText(text: string): string {
  return text
    .replace(/\b(Bearer|Basic|OAuth)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`)
    .replace(/\bEAA[A-Za-z0-9]{10,}/g, hidden)
    .replace(/\bc[ks]_[0-9a-f]{10,}/gi, hidden)
    .replace(
      /\b(access_token|consumer_key|consumer_secret|oauth_signature|appsecret_proof|input_token|token|password)=[^&\s"']+/gi,
      `$1=${hidden}`,
    )
    .replace(/(:\/\/[^\s:/@]*):[^\s@/]+@/g, `$1:${hidden}@`)
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi, hidden)
    .replace(/\+\d[\d ().-]{6,}\d/g, hidden)
    .replace(/(?<![\w.:-])[1-9]\d{9,14}(?![\w.:-])/g, hidden)
}
