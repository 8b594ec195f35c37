import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(process.env.FIXTURES_DIR ?? '../shared/fixtures', 'woocommerce')

/** Tests that need recorded deliveries are skipped where there are none, and say so. */
export const hasWooFixtures = existsSync(folder)
if (!hasWooFixtures)
  process.stderr.write(`No recorded WooCommerce deliveries in ${folder}: tests on them are skipped.\n`)

export const wooFixtureSecret = 'rig-webhook-secret-0123456789'

export interface RecordedDelivery {
  name: string
  topic: string
  signature: string | undefined
  body: Buffer
}

/** What a real shop sent, in the order in which it came. Its unsigned pings have no topic. */
export function readWooFixtures(): RecordedDelivery[] {
  if (!hasWooFixtures) return []
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.body'))
    .sort()
  return names.map((file) => {
    const name = file.replace('.body', '')
    const { headers } = JSON.parse(readFileSync(join(folder, `${name}.headers.json`), 'utf8')) as {
      headers: Record<string, string | undefined>
    }
    return {
      name,
      topic: headers['x-wc-webhook-topic'] ?? '',
      signature: headers['x-wc-webhook-signature'],
      body: readFileSync(join(folder, file)),
    }
  })
}
