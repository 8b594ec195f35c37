import { IANAZone } from 'luxon'
import { z } from 'zod'

export const roles = ['web', 'worker', 'scheduler'] as const
export type Role = (typeof roles)[number]

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** An example of each variable, shown beside what is wrong with it. */
export const examples = {
  NODE_ENV: 'production',
  PORT: '3000',
  SANDBOX_PORT: '3001',
  PUBLIC_URL: 'https://hub.example.com',
  TRUSTED_PROXIES: '1',
  DATABASE_URL: 'postgresql://hub:secret@db.example.com:5432/hub',
  REDIS_URL: 'redis://:secret@redis.example.com:6379/0',
  DATA_DIR: './data',
  HUB_SECRET_KEY: 'the output of: openssl rand -base64 32',
  HUB_SECRET_KEY_PREVIOUS: 'the key that was in HUB_SECRET_KEY before',
  HUB_API_TOKEN: 'the output of: openssl rand -hex 24',
  HUB_SANDBOX: '1',
  LOG_LEVEL: 'info',
  ROLES: 'web,worker,scheduler',
  WHATSAPP_GRAPH_URL: 'https://graph.facebook.com',
  WHATSAPP_GRAPH_VERSION: 'v25.0',
  WHATSAPP_ACCESS_TOKEN: 'EAAG… (a system user token)',
  WHATSAPP_APP_SECRET: '0123456789abcdef0123456789abcdef',
  WHATSAPP_VERIFY_TOKEN: 'a-phrase-of-your-own',
  WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '102290129340398',
  WHATSAPP_CATALOG_ID: '194836987003835',
  WOOCOMMERCE_STORE_URL: 'https://shop.example.com',
  WOOCOMMERCE_CONSUMER_KEY: 'ck_0123456789abcdef',
  WOOCOMMERCE_CONSUMER_SECRET: 'cs_0123456789abcdef',
  WOOCOMMERCE_WEBHOOK_SECRET: 'a-long-random-phrase',
  WOOCOMMERCE_ALLOW_HTTP: '1',
  SHOP_ID: 'default',
  SHOP_TIMEZONE: 'America/Sao_Paulo',
  SHOP_CURRENCY: 'BRL',
  SHOP_COUNTRY: 'BR',
  SHOP_LANGUAGE: 'pt_BR',
} as const satisfies Record<string, string>

export type VariableName = keyof typeof examples

/** Shape of each variable by itself; what concerns several of them is in check-config.ts. */
export const variables = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port().default(3000),
  SANDBOX_PORT: port().optional(),
  PUBLIC_URL: webAddress().optional(),
  TRUSTED_PROXIES: z
    .string()
    .regex(/^\d$/, 'is not a number of proxies from 0 to 9')
    .default('0')
    .transform(Number),
  DATABASE_URL: address(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: address(['redis:', 'rediss:']).optional(),
  DATA_DIR: z.string().default('./data'),
  HUB_SECRET_KEY: secretKey().optional(),
  HUB_SECRET_KEY_PREVIOUS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(secretKey()))
    .default([]),
  HUB_API_TOKEN: token().min(8, 'is shorter than 8 characters').optional(),
  HUB_SANDBOX: flag(),
  LOG_LEVEL: z.enum(logLevels, `is not one of ${logLevels.join(', ')}`).default('info'),
  ROLES: roleList().default([...roles]),
  WHATSAPP_GRAPH_URL: webAddress().default('https://graph.facebook.com'),
  WHATSAPP_GRAPH_VERSION: z
    .string()
    .regex(/^v\d{1,3}\.\d{1,2}$/, 'is not a version of the Graph API')
    .default('v25.0'),
  WHATSAPP_ACCESS_TOKEN: token().optional(),
  WHATSAPP_APP_SECRET: token().optional(),
  WHATSAPP_VERIFY_TOKEN: token().optional(),
  WHATSAPP_PHONE_NUMBER_ID: digits().optional(),
  WHATSAPP_BUSINESS_ACCOUNT_ID: digits().optional(),
  WHATSAPP_CATALOG_ID: digits().optional(),
  WOOCOMMERCE_STORE_URL: webAddress().optional(),
  WOOCOMMERCE_CONSUMER_KEY: token().optional(),
  WOOCOMMERCE_CONSUMER_SECRET: token().optional(),
  WOOCOMMERCE_WEBHOOK_SECRET: z.string().optional(),
  WOOCOMMERCE_ALLOW_HTTP: flag(),
  SHOP_ID: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,62}$/,
      'is not a name for a path: small letters, digits, - and _, at most 63',
    )
    .default('default'),
  SHOP_TIMEZONE: z
    .string()
    .refine((name) => IANAZone.isValidZone(name), 'is not an IANA time zone')
    .default('UTC'),
  SHOP_CURRENCY: z.string().refine(isCurrency, 'is not an ISO 4217 currency').default('USD'),
  SHOP_COUNTRY: z
    .string()
    .refine(isCountry, 'is not an ISO 3166 country of two capital letters')
    .default('US'),
  SHOP_LANGUAGE: z.string().refine(isLanguage, 'is not a language code').default('en'),
})

export type Variables = z.output<typeof variables>

function port() {
  return z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port number')
    .transform(Number)
    .refine((value) => value >= 1 && value <= 65_535, 'is not a port number from 1 to 65535')
}

function flag() {
  const words = new Map([
    ['1', true],
    ['true', true],
    ['yes', true],
    ['0', false],
    ['false', false],
    ['no', false],
  ])
  return z
    .string()
    .default('0')
    .transform((text, context) => {
      const value = words.get(text.toLowerCase())
      if (value === undefined) context.addIssue({ code: 'custom', message: 'is neither 1 nor 0' })
      return value ?? false
    })
}

function token() {
  return z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'contains a space or a character outside ASCII (copied with a line break?)')
}

function digits() {
  return z.string().regex(/^\d+$/, "is not one of Meta's ids, which are all digits")
}

function address(protocols: readonly string[]) {
  const named = protocols.map((protocol) => `${protocol}//`).join(' or ')
  return z
    .string()
    .refine(
      (text) => protocols.includes(parseUrl(text)?.protocol ?? ''),
      `is not an address that begins with ${named}`,
    )
}

/** An http(s) address without query or fragment; given on without a slash at its end, so that paths can be put behind it. */
function webAddress() {
  return address(['http:', 'https:'])
    .refine((text) => !/[?#]/.test(text), 'has a ? or a # in it')
    .transform((text) => text.replace(/\/+$/, ''))
}

function secretKey() {
  return z.string().transform((text, context) => {
    const key = decodeSecretKey(text)
    if (key === undefined) context.addIssue({ code: 'custom', message: 'is not 32 bytes in base64 or hex' })
    return key ?? Buffer.alloc(0)
  })
}

/** 32 bytes from 64 hex digits, or from base64 (either alphabet, padded or not); undefined for anything else. */
export function decodeSecretKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  // Node's decoder skips what it does not know, so the alphabet and the length are checked first.
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

function roleList() {
  const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)
  return z.string().transform((text, context) => {
    const named = text.split(',').map((part) => part.trim())
    if (named.length === 1 && named[0] === 'all') return [...roles]
    const unknown = named.filter((name) => !isRole(name))
    if (unknown.length > 0)
      context.addIssue({ code: 'custom', message: `names "${unknown.join(', ')}", which is no role` })
    return roles.filter((role) => named.includes(role))
  })
}

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code)
}

function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && nameOf('region', code) !== undefined
}

/** `pt`, `pt_BR` or `pt-BR`. */
function isLanguage(code: string): boolean {
  const [, language, region] = /^([a-z]{2,3})(?:[_-]([A-Z]{2}))?$/.exec(code) ?? []
  if (language === undefined || nameOf('language', language) === undefined) return false
  return region === undefined || isCountry(region)
}

function nameOf(type: 'region' | 'language', code: string): string | undefined {
  return new Intl.DisplayNames(['en'], { type, fallback: 'none' }).of(code)
}

export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
