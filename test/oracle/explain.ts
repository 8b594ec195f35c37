import type { RunDetails } from 'fast-check'
import { buildWorld } from './build-world.ts'
import type { Draft } from './generate-world.ts'

/** Fails with what the two sides disagree on in the smallest world found, and that world. */
export function explain(details: RunDetails<[Draft]>): void {
  if (!details.failed) return
  const [draft] = details.counterexample ?? []
  const error = details.errorInstance
  throw new Error(
    [
      error instanceof Error ? error.message : String(error),
      `seed ${details.seed}, path ${details.counterexamplePath ?? ''}, shrunk ${details.numShrinks} times; the world:`,
      draft === undefined ? '' : tell(draft),
    ].join('\n'),
  )
}

export function tell(draft: Draft, number = 0): string {
  const { shop, campaigns, ...world } = buildWorld(draft, number)
  const parts = {
    now: draft.now,
    settings: draft.settings,
    zone: shop.timeZone,
    campaigns: campaigns.filter((campaign) => campaign.isOn),
    ...world,
    isDaily: draft.isDaily,
    steps: draft.steps,
  }
  return Object.entries(parts)
    .filter(([, part]) => !Array.isArray(part) || part.length > 0)
    .map(([name, part]) => `  ${name}: ${readable(part)}`)
    .join('\n')
}

function readable(part: unknown): string {
  if (Array.isArray(part)) return part.map((one) => `\n    ${readable(one)}`).join('')
  return JSON.stringify(part, (name, value: unknown) =>
    !name.toLowerCase().endsWith('id') && typeof value === 'number' && value > 1e11 && value < 1e13
      ? new Date(value).toISOString()
      : value,
  )
}
