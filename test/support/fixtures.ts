import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = resolve(process.env.FIXTURES_DIR ?? '../shared/fixtures')

/** Whether the recorded deliveries are on this machine; says so once where they are not. In CI they must be. */
export function hasFixtures(): boolean {
  if (existsSync(folder)) return true
  if (process.env.CI === 'true') throw new Error(`The recorded fixtures are missing in CI: ${folder}`)
  console.warn(`Skipped: no recorded fixtures in ${folder} (set FIXTURES_DIR to where they are).`)
  return false
}

export interface RecordedDelivery {
  name: string
  headers: Record<string, string>
  body: Buffer
}

/** The WooCommerce deliveries, in the order in which they were recorded. */
export function loadWooDeliveries(): RecordedDelivery[] {
  const woo = join(folder, 'woocommerce')
  return readdirSync(woo)
    .filter((file) => file.endsWith('.body'))
    .sort()
    .map((file) => {
      const name = file.replace('.body', '')
      const { headers } = JSON.parse(readFileSync(join(woo, `${name}.headers.json`), 'utf8')) as {
        headers: Record<string, string>
      }
      return { name, headers, body: readFileSync(join(woo, file)) }
    })
}

/** The documented WhatsApp webhooks, by file name. */
export function loadWhatsAppDeliveries(): { name: string; body: Buffer }[] {
  return ['whatsapp', 'whatsapp/assembled'].flatMap((part) =>
    readdirSync(join(folder, part))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => ({ name: file, body: readFileSync(join(folder, part, file)) })),
  )
}
