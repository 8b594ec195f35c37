import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(process.env.FIXTURES_DIR ?? '../shared/fixtures', 'whatsapp')

/** Payloads as Meta documents them; they are not part of this repository. */
export const hasFixtures = existsSync(folder)
if (!hasFixtures)
  process.stdout.write(`Skipped: the WhatsApp fixtures are not at ${folder} (set FIXTURES_DIR).\n`)

export function readFixture(name: string): Buffer {
  return readFileSync(join(folder, `${name}.json`))
}

/** Webhook deliveries, documented and assembled. */
export function listDeliveries(): string[] {
  return ['', 'assembled/'].flatMap((under) =>
    readdirSync(join(folder, under))
      .filter((file) => file.endsWith('.json'))
      .map((file) => `${under}${file.replace(/\.json$/, '')}`),
  )
}
