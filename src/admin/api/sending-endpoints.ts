import { z } from 'zod'
import { kindNamed } from '../../campaigns/campaign-rules.ts'
import { sentenceOf } from '../../campaigns/reasons.ts'
import { loadSendingState, type SendingState } from '../../campaigns/sending-state.ts'
import { findCampaignStop } from '../../campaigns/stop-campaign-store.ts'
import { resumeCampaign, stopCampaign } from '../../campaigns/stop-campaign.ts'
import { sendLane } from '../../outbox/enqueue-message.ts'
import type { Database } from '../../platform/database.ts'
import { startSending, stopSending } from '../../shops/kill-switch.ts'
import { findSendingStop } from '../../shops/kill-switch-store.ts'
import { actorOf } from './actor.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, time } from './fields.ts'
import { numberShown, showNumber } from './number-endpoints.ts'
import { plain } from './plain.ts'
import { orProblem } from './refusals.ts'

export interface SendingDeps {
  db: Database
  wake: (lane: string) => void
}

const reason = z.string().nullable()
const stop = z.strictObject({
  stoppedAt: time.nullable().meta({ description: 'Null: it sends.' }),
  reason,
  reasonText: reason,
})

const budget = z.strictObject({
  limitMicros: z.int().nullable().meta({ description: 'Null: no limit.' }),
  setAsideMicros: z
    .int()
    .meta({ description: 'For messages of the day that were sent or are on their way.' }),
})

const campaign = z.strictObject({
  id,
  kind: z.string(),
  isOn: z.boolean(),
  stoppedAt: time
    .nullable()
    .meta({ description: 'Since when nothing of it begins; what waits keeps waiting.' }),
  stopReason: reason,
  stopReasonText: reason,
  stopDetails: z.unknown().meta({ description: 'What the circuit breaker counted.' }),
  refusalsInRow: z.int(),
  failuresInRow: z.int(),
  deliveries: z.int().meta({ description: 'Of the day.' }),
  optOuts: z.int().meta({ description: 'Of those it reached on the day.' }),
  budget,
})

const waiting = z.strictObject({
  lane: z.enum(['replies', 'alerts', 'campaigns']),
  reason,
  reasonText: reason,
  messages: z.int(),
  due: z.int().meta({ description: 'Of those, which would go now.' }),
  oldestDueAt: time,
})

const state = z.strictObject({
  stop,
  day: z.iso.date().meta({ description: 'Of the shop.' }),
  currency: z.string(),
  budget,
  numbers: z.array(numberShown),
  campaigns: z.array(campaign),
  waiting: z.array(waiting),
  openNotices: z.int(),
})

const campaignStop = z.strictObject({
  kind: z.string(),
  stoppedAt: time.nullable(),
  stopReason: reason,
  stopReasonText: reason,
  stopDetails: z.unknown(),
})

export function sendingEndpoints(deps: SendingDeps): Endpoint[] {
  return [
    readEndpoint(deps),
    switchEndpoint(deps, 'stop'),
    switchEndpoint(deps, 'start'),
    campaignEndpoint(deps, 'stop'),
    campaignEndpoint(deps, 'resume'),
  ]
}

function readEndpoint({ db }: SendingDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/sending',
    summary: 'What sends and what does not, and why: switches, numbers, limits, budgets, what waits',
    tag: 'sending',
    answer: state,
    handle: async ({ shop, now }) => show(await loadSendingState(db, shop, now)),
  })
}

function switchEndpoint({ db, wake }: SendingDeps, to: 'stop' | 'start'): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/sending/${to}`,
    summary:
      to === 'stop'
        ? 'The kill switch: within a second nothing more begins, replies included'
        : 'What waits goes on',
    tag: 'sending',
    answer: stop,
    handle: async ({ shop, now }) => {
      const turn = to === 'stop' ? stopSending : startSending
      await db.transaction((tx) => turn(tx, shop.id, actorOf(now)))
      wake(sendLane)
      return showStop(await findSendingStop(db, shop.id))
    },
  })
}

function campaignEndpoint({ db, wake }: SendingDeps, to: 'stop' | 'resume'): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/campaigns/:kind/${to}`,
    summary:
      to === 'stop'
        ? 'Nothing more of the campaign begins; what waits keeps waiting'
        : 'The campaign goes on, also after it has stopped by itself',
    tag: 'campaigns',
    params: z.strictObject({ kind: z.string().max(60) }),
    answer: campaignStop,
    handle: ({ shop, params, now }) =>
      orProblem(async () => {
        const which = { shopId: shop.id, kind: kindNamed(params.kind) }
        await db.transaction((tx) =>
          to === 'stop'
            ? stopCampaign(tx, which, { reason: 'killed' }, actorOf(now))
            : resumeCampaign(tx, which, actorOf(now)),
        )
        wake(sendLane)
        const found = await findCampaignStop(db, shop.id, which.kind)
        const { stoppedAt = null, stopReason = null, stopDetails = null } = found ?? {}
        const stopReasonText = textOf(stopReason)
        return plain({ kind: which.kind, stoppedAt, stopReason, stopReasonText, stopDetails })
      }),
  })
}

const textOf = (code: string | null): string | null => (code === null ? null : sentenceOf(code))

const lanes = ['replies', 'alerts', 'campaigns'] as const

function show(shown: SendingState): z.input<typeof state> {
  return {
    stop: showStop(shown.stop),
    day: shown.day,
    currency: shown.currency,
    budget: shown.budget,
    numbers: shown.numbers.map(showNumber),
    campaigns: shown.campaigns.map((one) => plain({ ...one, stopReasonText: textOf(one.stopReason) })),
    waiting: shown.waiting.map((one) =>
      plain({ ...one, lane: lanes[one.lane] ?? 'campaigns', reasonText: textOf(one.reason) }),
    ),
    openNotices: shown.openNotices,
  }
}

function showStop({ stoppedAt, reason: code }: SendingState['stop']): z.input<typeof stop> {
  return { stoppedAt: stoppedAt?.toISOString() ?? null, reason: code, reasonText: textOf(code) }
}
