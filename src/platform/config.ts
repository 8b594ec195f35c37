import { resolve } from 'node:path'
import { findCrossFaults } from './config-cross-checks.ts'
import { examples, variables, type Role, type VariableName, type Variables } from './config-fields.ts'
import type { Environment } from './environment.ts'
import { HubError, type Fault } from './errors.ts'

export interface WhatsAppAccount {
  accessToken: string
  appSecret: string
  verifyToken: string
  phoneNumberId: string
  businessAccountId: string
  catalogId: string | undefined
}

export interface WooCommerceStore {
  /** Without a slash at its end. */
  storeUrl: string
  consumerKey: string
  consumerSecret: string
  webhookSecret: string
}

export interface Config {
  isProduction: boolean
  roles: readonly Role[]
  /** WhatsApp and WooCommerce are played locally, and no real account is ever called: the accounts below are undefined. */
  sandbox: boolean
  port: number
  sandboxPort: number
  /** Without a slash at its end. */
  publicUrl: string
  /** How many proxies of our own stand in front: so many entries of X-Forwarded-For are believed, counted from its end. */
  trustedProxies: number
  /** Absolute. */
  dataDir: string
  logLevel: Variables['LOG_LEVEL']
  /** Undefined: the embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | undefined
  /** Undefined: the queue lives in PostgreSQL. */
  redisUrl: string | undefined
  secrets: {
    /** 32 bytes. Undefined: made at the first start and kept under `dataDir` (keep-secrets.ts). */
    key: Buffer | undefined
    previousKeys: readonly Buffer[]
    apiToken: string | undefined
  }
  graph: { url: string; version: string }
  whatsapp: WhatsAppAccount | undefined
  woocommerce: WooCommerceStore | undefined
  shop: { key: string; timeZone: string; currency: string; country: string; language: string }
}

/**
 * Reads the environment into a Config, or throws HubError `config_invalid` with every fault at once: the variable, what is
 * wrong with it and an example. A variable that is set to nothing counts as not set.
 */
export function loadConfig(environment: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  )
  const parsed = variables.safeParse(given)
  const ownFaults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => fault(nameOf(issue.path[0]), issue.message))
  const faults = [...ownFaults, ...findCrossFaults(given).map(({ name, problem }) => fault(name, problem))]
  if (!parsed.success || faults.length > 0) {
    const what = faults.length === 1 ? 'one fault' : `${String(faults.length)} faults`
    throw new HubError('config_invalid', `The configuration has ${what}.`, {
      advice: 'Correct the variables named here (.env.example explains each one) and start again.',
      faults,
    })
  }
  return buildConfig(parsed.data)
}

function buildConfig(read: Variables): Config {
  const whatsapp = whatsAppAccount(read)
  const woocommerce = wooCommerceStore(read)
  const sandbox = read.HUB_SANDBOX || (whatsapp === undefined && woocommerce === undefined)
  return {
    isProduction: read.NODE_ENV === 'production',
    roles: read.ROLES,
    sandbox,
    port: read.PORT,
    sandboxPort: read.SANDBOX_PORT ?? read.PORT + 1,
    publicUrl: read.PUBLIC_URL ?? `http://localhost:${String(read.PORT)}`,
    trustedProxies: read.TRUSTED_PROXIES,
    dataDir: resolve(read.DATA_DIR),
    logLevel: read.LOG_LEVEL,
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    secrets: {
      key: read.HUB_SECRET_KEY,
      previousKeys: read.HUB_SECRET_KEY_PREVIOUS,
      apiToken: read.HUB_API_TOKEN,
    },
    graph: { url: read.WHATSAPP_GRAPH_URL, version: read.WHATSAPP_GRAPH_VERSION },
    whatsapp: sandbox ? undefined : whatsapp,
    woocommerce: sandbox ? undefined : woocommerce,
    shop: {
      key: read.SHOP_ID,
      timeZone: read.SHOP_TIMEZONE,
      currency: read.SHOP_CURRENCY,
      country: read.SHOP_COUNTRY,
      language: read.SHOP_LANGUAGE,
    },
  }
}

// A half-set account was refused before this, so one variable of each stands for all of them.

function whatsAppAccount(read: Variables): WhatsAppAccount | undefined {
  if (read.WHATSAPP_ACCESS_TOKEN === undefined) return undefined
  return {
    accessToken: read.WHATSAPP_ACCESS_TOKEN,
    appSecret: read.WHATSAPP_APP_SECRET ?? '',
    verifyToken: read.WHATSAPP_VERIFY_TOKEN ?? '',
    phoneNumberId: read.WHATSAPP_PHONE_NUMBER_ID ?? '',
    businessAccountId: read.WHATSAPP_BUSINESS_ACCOUNT_ID ?? '',
    catalogId: read.WHATSAPP_CATALOG_ID,
  }
}

function wooCommerceStore(read: Variables): WooCommerceStore | undefined {
  if (read.WOOCOMMERCE_STORE_URL === undefined) return undefined
  return {
    storeUrl: read.WOOCOMMERCE_STORE_URL,
    consumerKey: read.WOOCOMMERCE_CONSUMER_KEY ?? '',
    consumerSecret: read.WOOCOMMERCE_CONSUMER_SECRET ?? '',
    webhookSecret: read.WOOCOMMERCE_WEBHOOK_SECRET ?? '',
  }
}

function fault(name: VariableName, problem: string): Fault {
  return { where: name, message: `${name} ${problem}. Example: ${name}=${examples[name]}` }
}

function nameOf(key: PropertyKey | undefined): VariableName {
  return key as VariableName
}
