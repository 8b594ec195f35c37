import { z } from 'zod'
import { kindNamed } from '../../campaigns/campaign-rules.ts'
import { previewCampaign, type Preview, type PreviewDeps } from '../../campaigns/preview/preview-campaign.ts'
import { assumptionOf, textOfDecision } from '../../campaigns/preview/preview-words.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { time } from './fields.ts'
import { orProblem } from './refusals.ts'

const group = z.strictObject({
  state: z
    .string()
    .meta({ description: 'reserved (would get it now), held_out, waiting, suppressed or expired' }),
  reason: z.string().nullable(),
  text: z.string(),
  people: z.int(),
})

const person = z.strictObject({
  person: z.string().meta({ description: 'The public id.' }),
  product: z.string().nullable(),
  trigger: z.string().meta({ description: 'asked, viewed or daily' }),
  state: z.string(),
  reason: z.string().nullable(),
  text: z.string(),
  until: time.nullable().meta({ description: 'When somebody who waits may be tried again.' }),
  variant: z.string().nullable(),
  referenceMinor: z.int().nullable(),
  priceMinor: z.int().nullable(),
  dropBps: z.int().nullable(),
})

const cost = z.strictObject({
  currency: z.string(),
  asOf: z.string().meta({ description: 'The day of the price table (settings, sending.prices).' }),
  micros: z.int().meta({ description: 'Millionths of a unit of the currency.' }),
  byCountry: z.array(z.strictObject({ country: z.string().nullable(), messages: z.int(), micros: z.int() })),
})

const answer = z.strictObject({
  isOn: z.boolean(),
  assumes: z.string().nullable(),
  groups: z.array(group),
  people: z.array(person).meta({ description: 'The first 50, those who would get something first.' }),
  cost,
  heldRuns: z.int().meta({ description: 'Runs that wait for the merchant’s yes.' }),
})

const shown = 50

export function previewEndpoints(deps: PreviewDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/campaigns/:kind/preview',
      summary: 'Who would get what now, who would not and why, and what it would cost; writes nothing',
      tag: 'campaigns',
      params: z.strictObject({ kind: z.string().max(60) }),
      answer,
      handle: ({ shop, params, now }) =>
        orProblem(async () => {
          const kind = kindNamed(params.kind)
          return toAnswer(await previewCampaign(deps, { shop, kind, now, limit: shown }))
        }),
    }),
  ]
}

function toAnswer({ isOn, groups, rows, cost: estimate, heldRuns }: Preview): z.input<typeof answer> {
  return {
    isOn,
    assumes: assumptionOf(isOn),
    groups: groups.map((one) => ({ ...one, text: textOfDecision(one) })),
    people: rows.map((row) => ({
      person: row.publicId,
      product: row.product,
      trigger: row.trigger,
      state: row.state,
      reason: row.reason,
      text: textOfDecision(row),
      until: row.state === 'waiting' ? (row.retryAt?.toISOString() ?? null) : null,
      variant: row.variant,
      referenceMinor: row.referenceMinor,
      priceMinor: row.priceMinor,
      dropBps: row.dropBps,
    })),
    cost: estimate,
    heldRuns,
  }
}
