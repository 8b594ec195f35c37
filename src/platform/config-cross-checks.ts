import { parseUrl, roles, type VariableName } from './config-fields.ts'

/** Variables that are set, trimmed; those set to nothing are left out. */
type Given = Readonly<Record<string, string>>

interface CrossFault {
  name: VariableName
  problem: string
}

const whatsAppNames = [
  'WHATSAPP_ACCESS_TOKEN',
  'WHATSAPP_APP_SECRET',
  'WHATSAPP_VERIFY_TOKEN',
  'WHATSAPP_PHONE_NUMBER_ID',
  'WHATSAPP_BUSINESS_ACCOUNT_ID',
] as const satisfies VariableName[]

const wooCommerceNames = [
  'WOOCOMMERCE_STORE_URL',
  'WOOCOMMERCE_CONSUMER_KEY',
  'WOOCOMMERCE_CONSUMER_SECRET',
  'WOOCOMMERCE_WEBHOOK_SECRET',
] as const satisfies VariableName[]

/** Faults that lie between variables. Read from what was given, so that they are found beside the faults of single variables. */
export function findCrossFaults(given: Given): CrossFault[] {
  return [
    ...findHalfSet(given, 'WhatsApp', whatsAppNames, ['WHATSAPP_CATALOG_ID']),
    ...findHalfSet(given, 'WooCommerce', wooCommerceNames),
    ...findPlainHttp(given),
    ...findSamePort(given),
    ...findDividedSandbox(given),
    ...(given['NODE_ENV'] === 'production' ? findMissingInProduction(given) : []),
  ]
}

function findHalfSet(
  given: Given,
  feature: string,
  names: VariableName[],
  further: VariableName[] = [],
): CrossFault[] {
  const set = [...names, ...further].filter((name) => name in given)
  if (set.length === 0) return []
  return names
    .filter((name) => !(name in given))
    .map((name) => ({
      name,
      problem: `is not set, but ${feature} needs it (${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set)`,
    }))
}

/** WooCommerce's keys travel with every call, so they go over plain http only within this machine or by express wish. */
function findPlainHttp(given: Given): CrossFault[] {
  const url = parseUrl(given['WOOCOMMERCE_STORE_URL'] ?? '')
  if (url?.protocol !== 'http:' || isLoopback(url.hostname) || isSwitchedOn(given['WOOCOMMERCE_ALLOW_HTTP']))
    return []
  return [
    {
      name: 'WOOCOMMERCE_STORE_URL',
      problem:
        'is a plain http address, over which anybody on the way can read the keys (WOOCOMMERCE_ALLOW_HTTP=1 allows it)',
    },
  ]
}

function findSamePort(given: Given): CrossFault[] {
  const port = given['PORT'] ?? '3000'
  return given['SANDBOX_PORT'] === port
    ? [{ name: 'SANDBOX_PORT', problem: `is ${port}, which is the port of the hub itself` }]
    : []
}

/** Each process would play a WhatsApp of its own, of which the others know nothing. */
function findDividedSandbox(given: Given): CrossFault[] {
  const named = given['ROLES']?.split(',').map((part) => part.trim()) ?? ['all']
  const isWhole = named.includes('all') || roles.every((role) => named.includes(role))
  if (isWhole || (hasAccount(given) && !isSwitchedOn(given['HUB_SANDBOX']))) return []
  return [
    {
      name: 'ROLES',
      problem:
        'names only some of the roles, but a sandbox is played within one process that has them all (accounts end it, unless HUB_SANDBOX=1)',
    },
  ]
}

function hasAccount(given: Given): boolean {
  return [...whatsAppNames, ...wooCommerceNames].some((name) => name in given)
}

function findMissingInProduction(given: Given): CrossFault[] {
  const faults: CrossFault[] = []
  if (!hasAccount(given) && !isSwitchedOn(given['HUB_SANDBOX'])) {
    faults.push({
      name: 'HUB_SANDBOX',
      problem:
        'is not set, and no account is configured: production needs WHATSAPP_* or WOOCOMMERCE_*, or the word that this is a sandbox',
    })
  }
  for (const name of ['HUB_SECRET_KEY', 'HUB_API_TOKEN'] as const) {
    if (!(name in given)) faults.push({ name, problem: 'is not set, and production needs it' })
  }
  return faults
}

export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}

function isSwitchedOn(text: string | undefined): boolean {
  return ['1', 'true', 'yes'].includes(text?.toLowerCase() ?? '')
}
