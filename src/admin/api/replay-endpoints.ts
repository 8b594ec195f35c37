import { z } from 'zod'
import type { Outcome } from '../../campaigns/replay/compare-store.ts'
import { replayCampaigns, type Replay, type ReplayDeps } from '../../campaigns/replay/replay-campaigns.ts'
import { textOfOutcome } from '../../campaigns/replay/replay-words.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { time } from './fields.ts'
import { orProblem } from './refusals.ts'

const outcome = z.strictObject({
  kind: z.string(),
  outcome: z.string().meta({ description: 'told (sent or tried), held_out, waiting, suppressed or expired' }),
  reason: z.string().nullable(),
  text: z.string(),
  happened: z.int(),
  replayed: z.int(),
})

const side = z
  .strictObject({ outcome: z.string(), reason: z.string().nullable(), text: z.string() })
  .nullable()
  .meta({ description: 'null: not considered' })

const answer = z.strictObject({
  from: time,
  to: time,
  outcomes: z.array(outcome),
  differences: z.strictObject({
    count: z.int(),
    first: z.array(
      z.strictObject({
        kind: z.string(),
        person: z.string().meta({ description: 'The public id.' }),
        product: z.string().nullable(),
        occasion: z.string(),
        consideredAt: time,
        happened: side,
        replayed: side,
      }),
    ),
  }),
})

const fields = z.record(z.string(), z.unknown())

const body = z.strictObject({
  days: z.int().min(1).max(365).default(90),
  settings: fields
    .optional()
    .meta({ description: 'What differs of the shop’s settings, as in PUT /v1/settings.' }),
  campaigns: z
    .record(
      z.string(),
      z.strictObject({
        settings: fields.optional(),
        audience: z.unknown().optional(),
        holdoutBps: z.unknown().optional(),
        variants: z.unknown().optional(),
      }),
    )
    .optional()
    .meta({ description: 'What differs of campaigns, by kind, as in PUT /v1/campaigns/{kind}.' }),
})

const shown = 50
/** Callers and proxies do not wait for ever; the command line does. */
const maximumMs = 240_000

export function replayEndpoints(deps: ReplayDeps): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/campaigns/replay',
      summary: 'Decides the last days again under other settings, beside what happened; changes nothing',
      tag: 'campaigns',
      body,
      answer,
      handle: ({ shop, body: { days, ...changes }, now }) =>
        orProblem(async () =>
          toAnswer(
            await replayCampaigns(deps, { shopId: shop.id, days, now, changes, limit: shown, maximumMs }),
          ),
        ),
    }),
  ]
}

function toAnswer({ span, outcomes, differences }: Replay): z.input<typeof answer> {
  return {
    from: span.start.toISOString(),
    to: span.end.toISOString(),
    outcomes: outcomes.map((one) => ({ ...one, text: textOfOutcome(one) })),
    differences: {
      count: differences.count,
      first: differences.first.map(({ publicId, consideredAt, happened, replayed, ...one }) => ({
        ...one,
        person: publicId,
        consideredAt: consideredAt.toISOString(),
        happened: toSide(happened),
        replayed: toSide(replayed),
      })),
    },
  }
}

const toSide = (one: Outcome | null): z.input<typeof side> =>
  one === null ? null : { ...one, text: textOfOutcome(one) }
