import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { examples } from '../../src/platform/config-fields.ts'

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const compose = read('compose.yaml')

/** The values that every container of the hub is given, whatever .env says. */
const pinned: Record<string, string | undefined> = Object.fromEntries(
  [
    ...(/^x-environment:.*\n((?: {2}.*\n)+)/m.exec(compose)?.[1] ?? '').matchAll(/^ {2}([A-Z_]+): (.+)$/gm),
  ].map(([, name, value]) => [name, value]),
)

test('what a .env says of this machine does not move a container', () => {
  // These mean the same on every machine, so that .env hands them over as they are.
  const handedOver = /^(LOG_LEVEL|HUB_SANDBOX|HUB_SECRET_KEY_PREVIOUS|WHATSAPP_\w+|WOOCOMMERCE_\w+|SHOP_\w+)$/
  const decided = Object.keys(examples).filter((name) => !handedOver.test(name) && name !== 'ROLES')
  expect(Object.keys(pinned).sort()).toEqual(decided.sort())
  for (const role of ['web', 'worker', 'scheduler'])
    expect(compose).toContain(`*environment, ROLES: ${role} }`)
})

test('the hub answers where the balancer and the health check look for it', () => {
  expect(pinned).toMatchObject({ PORT: '3000', DATA_DIR: '/var/lib/hub' })
  expect(compose).toContain(`http://web:${pinned['PORT'] ?? ''};`)
  expect(compose).toContain("ports: ['${PORT:-3000}:3000']")
  expect(read('Dockerfile')).toContain(`VOLUME ${pinned['DATA_DIR'] ?? ''}`)
})

test('the balancer is counted among the proxies, and adds the address of its caller', () => {
  expect(pinned['TRUSTED_PROXIES']).toBe('${TRUSTED_PROXIES:-1}')
  expect(compose).toContain('proxy_set_header X-Forwarded-For $$proxy_add_x_forwarded_for;')
})
