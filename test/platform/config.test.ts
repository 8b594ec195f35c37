import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examples } from '../../src/platform/config-fields.ts'
import { loadConfig } from '../../src/platform/config.ts'
import type { Environment } from '../../src/platform/environment.ts'
import { HubError } from '../../src/platform/errors.ts'

const whatsapp = {
  WHATSAPP_ACCESS_TOKEN: 'EAAGtoken',
  WHATSAPP_APP_SECRET: 'app-secret',
  WHATSAPP_VERIFY_TOKEN: 'verify-me',
  WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '102290129340398',
}
const woocommerce = {
  WOOCOMMERCE_STORE_URL: 'https://shop.example.com/',
  WOOCOMMERCE_CONSUMER_KEY: 'ck_1',
  WOOCOMMERCE_CONSUMER_SECRET: 'cs_1',
  WOOCOMMERCE_WEBHOOK_SECRET: 'a phrase with spaces',
}
const secrets = { HUB_SECRET_KEY: 'ab'.repeat(32), HUB_API_TOKEN: 'token-of-the-api' }

function faultsOf(environment: Environment): Record<string, string> {
  try {
    loadConfig(environment)
  } catch (thrown) {
    if (thrown instanceof HubError && thrown.code === 'config_invalid') {
      return Object.fromEntries(thrown.faults.map((fault) => [fault.where, fault.message]))
    }
    throw thrown
  }
  return {}
}

test('an empty environment is a sandbox with every role on port 3000', () => {
  expect(loadConfig({})).toMatchObject({
    sandbox: true,
    isProduction: false,
    roles: ['web', 'worker', 'scheduler'],
    port: 3000,
    sandboxPort: 3001,
    publicUrl: 'http://localhost:3000',
    graph: { url: 'https://graph.facebook.com', version: 'v25.0' },
    whatsapp: undefined,
    woocommerce: undefined,
    shop: { key: 'default' },
  })
})

test('a variable that is set to nothing counts as left out', () => {
  expect(loadConfig({ PORT: '', SHOP_COUNTRY: '  ', WHATSAPP_ACCESS_TOKEN: '' })).toEqual(loadConfig({}))
})

test('whole accounts end the sandbox, and addresses lose the slash at their end', () => {
  const config = loadConfig({ ...whatsapp, ...woocommerce, PUBLIC_URL: 'https://hub.example.com/' })
  expect(config.sandbox).toBe(false)
  expect(config.publicUrl).toBe('https://hub.example.com')
  expect(config.whatsapp).toMatchObject({ accessToken: 'EAAGtoken', catalogId: undefined })
  expect(config.woocommerce).toMatchObject({
    storeUrl: 'https://shop.example.com',
    webhookSecret: 'a phrase with spaces',
  })
})

test('a forced sandbox hands no real account on', () => {
  expect(loadConfig({ ...whatsapp, ...woocommerce, HUB_SANDBOX: '1' })).toMatchObject({
    sandbox: true,
    whatsapp: undefined,
    woocommerce: undefined,
  })
})

test('all faults are listed at once, each with the variable, what is wrong and an example', () => {
  const faults = faultsOf({
    PORT: '99999',
    PUBLIC_URL: 'hub.example.com',
    DATABASE_URL: 'mysql://db/hub',
    REDIS_URL: 'localhost:6379',
    HUB_SECRET_KEY: 'too-short',
    HUB_SANDBOX: 'maybe',
    LOG_LEVEL: 'loud',
    ROLES: 'web,cook',
    WHATSAPP_GRAPH_VERSION: '25',
    WHATSAPP_PHONE_NUMBER_ID: '+49 170 1234567',
    WOOCOMMERCE_STORE_URL: 'https://shop.example.com',
    SHOP_ID: 'My Shop',
    SHOP_TIMEZONE: 'Europe/Berlim',
    SHOP_CURRENCY: 'EURO',
    SHOP_COUNTRY: 'Brazil',
    SHOP_LANGUAGE: 'portuguese',
  })
  expect(Object.keys(faults).sort()).toEqual(
    [
      'PORT', 'PUBLIC_URL', 'DATABASE_URL', 'REDIS_URL', 'HUB_SECRET_KEY', 'HUB_SANDBOX', 'LOG_LEVEL', 'ROLES',
      'WHATSAPP_GRAPH_VERSION', 'WHATSAPP_PHONE_NUMBER_ID', 'WHATSAPP_ACCESS_TOKEN', 'WHATSAPP_APP_SECRET',
      'WHATSAPP_VERIFY_TOKEN', 'WHATSAPP_BUSINESS_ACCOUNT_ID', 'WOOCOMMERCE_CONSUMER_KEY', 'WOOCOMMERCE_CONSUMER_SECRET',
      'WOOCOMMERCE_WEBHOOK_SECRET', 'SHOP_ID', 'SHOP_TIMEZONE', 'SHOP_CURRENCY', 'SHOP_COUNTRY', 'SHOP_LANGUAGE',
    ].sort(),
  ) // prettier-ignore
  for (const [name, message] of Object.entries(faults)) {
    expect(message).toMatch(new RegExp(`^${name} .+\\. Example: ${name}=.+`))
  }
  expect(faults['ROLES']).toContain('"cook"')
})

test('the example of every variable would itself be accepted', () => {
  const toBeMade = ['HUB_SECRET_KEY', 'HUB_SECRET_KEY_PREVIOUS', 'HUB_API_TOKEN', 'WHATSAPP_ACCESS_TOKEN']
  const taken = Object.entries(examples).filter(([name]) => !toBeMade.includes(name))
  expect(faultsOf({ ...Object.fromEntries(taken), ...secrets, WHATSAPP_ACCESS_TOKEN: 'EAAG' })).toEqual({})
})

test.each(Object.keys(whatsapp))('WhatsApp without %s is a fault', (missing) => {
  expect(Object.keys(faultsOf({ ...whatsapp, [missing]: '' }))).toEqual([missing])
})

test.each(Object.keys(woocommerce))('WooCommerce without %s is a fault', (missing) => {
  expect(Object.keys(faultsOf({ ...woocommerce, [missing]: '' }))).toEqual([missing])
})

test('a catalogue alone is half of a WhatsApp account', () => {
  expect(Object.keys(faultsOf({ WHATSAPP_CATALOG_ID: '1' })).sort()).toEqual(Object.keys(whatsapp).sort())
})

test('production without accounts needs the word that this is a sandbox, and secrets of its own', () => {
  const production = { NODE_ENV: 'production' }
  expect(Object.keys(faultsOf(production)).sort()).toEqual(['HUB_API_TOKEN', 'HUB_SANDBOX', 'HUB_SECRET_KEY'])
  expect(loadConfig({ ...production, ...secrets, HUB_SANDBOX: '1' }).sandbox).toBe(true)
  expect(loadConfig({ ...production, ...secrets, ...whatsapp })).toMatchObject({
    sandbox: false,
    isProduction: true,
  })
})

test.each([
  ['http://shop.example.com', {}, false],
  ['http://shop.example.com', { WOOCOMMERCE_ALLOW_HTTP: '1' }, true],
  ['http://localhost:8080', {}, true],
  ['http://127.0.0.1:8080', {}, true],
  ['http://[::1]:8080', {}, true],
  ['http://127.0.0.1.example.com', {}, false],
  ['http://localhost.example.com', {}, false],
])('the shop at %s with %j is accepted: %s', (storeUrl, further, accepted) => {
  const faults = faultsOf({ ...woocommerce, ...further, WOOCOMMERCE_STORE_URL: storeUrl })
  expect(Object.keys(faults)).toEqual(accepted ? [] : ['WOOCOMMERCE_STORE_URL'])
})

test('roles are named in any order, and all stands for each of them', () => {
  expect(loadConfig({ ...whatsapp, ROLES: 'scheduler, web' }).roles).toEqual(['web', 'scheduler'])
  expect(loadConfig({ ROLES: 'all' }).roles).toEqual(['web', 'worker', 'scheduler'])
})

test('the secret key is 32 bytes in base64 or hex, and earlier ones are a list', () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef')
  for (const text of [
    key.toString('base64'),
    key.toString('base64url'),
    key.toString('hex'),
    key.toString('hex').toUpperCase(),
  ]) {
    expect(loadConfig({ HUB_SECRET_KEY: text }).secrets.key).toEqual(key)
  }
  const two = `${key.toString('hex')}, ${key.toString('base64')}`
  expect(loadConfig({ HUB_SECRET_KEY_PREVIOUS: two }).secrets.previousKeys).toEqual([key, key])
  expect(Object.keys(faultsOf({ HUB_SECRET_KEY: key.toString('hex').slice(1) }))).toEqual(['HUB_SECRET_KEY'])
})

test('a sandbox is not divided over processes, each of which would play a WhatsApp of its own', () => {
  const faulty = (environment: Environment) => Object.keys(faultsOf({ ROLES: 'worker', ...environment }))
  expect(faulty({})).toEqual(['ROLES'])
  expect(faulty({ ...whatsapp, HUB_SANDBOX: '1' })).toEqual(['ROLES'])
  expect(faulty(whatsapp)).toEqual([])
  expect(faulty({ ROLES: 'worker,web, scheduler' })).toEqual([])
})

test('trusted proxies are counted, and never all the world', () => {
  expect(loadConfig({}).trustedProxies).toBe(0)
  expect(loadConfig({ TRUSTED_PROXIES: '2' }).trustedProxies).toBe(2)
  for (const TRUSTED_PROXIES of ['true', '-1', '10', '10.0.0.0/8', '0x1'])
    expect(Object.keys(faultsOf({ TRUSTED_PROXIES }))).toEqual(['TRUSTED_PROXIES'])
})

test('a sandbox on the port of the hub is a fault', () => {
  expect(Object.keys(faultsOf({ PORT: '4000', SANDBOX_PORT: '4000' }))).toEqual(['SANDBOX_PORT'])
})

test('no environment makes the reader fail otherwise than by naming faults', () => {
  const names = fc.constantFrom(...Object.keys(examples))
  fc.assert(
    fc.property(
      fc.dictionary(names, fc.oneof(fc.string(), fc.constantFrom('1', 'http://', 'all', 'v1.0', 'de'))),
      (environment) => {
        for (const name of Object.keys(faultsOf(environment))) expect(examples).toHaveProperty(name)
      },
    ),
  )
})

test('.env.example names every variable, and none that is not read', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
  const named = [...text.matchAll(/^#([A-Z_]+)=/gm)].map((match) => match[1])
  expect(named.sort()).toEqual(Object.keys(examples).sort())
})
