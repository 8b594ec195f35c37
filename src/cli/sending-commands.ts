import { kindNamed } from '../campaigns/campaign-rules.ts'
import { sentenceOf } from '../campaigns/reasons.ts'
import { loadSendingState, type Budget, type SendingState } from '../campaigns/sending-state.ts'
import { resumeCampaign, stopCampaign } from '../campaigns/stop-campaign.ts'
import { releaseWaiting } from '../outbox/release-waiting.ts'
import { startSending, stopSending } from '../shops/kill-switch.ts'
import { listOpenNotices } from '../shops/notice-store.ts'
import { sentenceOfNotice } from '../shops/notices.ts'
import { startNumbers } from '../shops/start-numbers.ts'
import { actorOf, badUsage, type CommandDeps } from './command.ts'

/** `hub stop [CAMPAIGN]` */
export async function stopCommand(deps: CommandDeps, [campaign]: readonly string[]): Promise<void> {
  const { db, shop, print } = deps
  if (campaign === undefined) {
    const done = await db.transaction((tx) => stopSending(tx, shop.id, actorOf(deps)))
    print(
      done
        ? 'Nothing more is sent, replies included. What waits keeps waiting: "hub go" lets it go on.'
        : 'Sending was stopped already.',
    )
    return
  }
  const which = { shopId: shop.id, kind: kindNamed(campaign) }
  const done = await db.transaction((tx) => stopCampaign(tx, which, { reason: 'killed' }, actorOf(deps)))
  print(
    done
      ? `Nothing more of ${campaign} is sent. What waits keeps waiting: "hub go ${campaign}" lets it go on.`
      : `${campaign} was stopped already.`,
  )
}

/** `hub go [CAMPAIGN]` */
export async function goCommand(deps: CommandDeps, [campaign]: readonly string[]): Promise<void> {
  const { db, shop, print } = deps
  if (campaign === undefined) {
    const done = await db.transaction((tx) => startSending(tx, shop.id, actorOf(deps)))
    print(done ? 'What waits is sent.' : 'Sending was not stopped.')
    return
  }
  const which = { shopId: shop.id, kind: kindNamed(campaign) }
  const done = await db.transaction((tx) => resumeCampaign(tx, which, actorOf(deps)))
  print(done ? `${campaign} goes on.` : `${campaign} was not stopped.`)
}

/** `hub number start` */
export async function numberCommand(deps: CommandDeps, [what]: readonly string[]): Promise<void> {
  if (what !== 'start') throw badUsage('Say "hub number start".')
  const { db, shop, clock, print } = deps
  await db.transaction(async (tx) => {
    await startNumbers(tx, { shopId: shop.id }, actorOf(deps))
    await releaseWaiting(tx, { shopId: shop.id, reasons: ['number_restricted'] }, clock.now())
  })
  print('The number sends again.')
}

/** `hub sending` */
export async function sendingCommand({ db, clock, shop, print }: CommandDeps): Promise<void> {
  const state = await loadSendingState(db, shop, clock.now())
  const { stop } = state
  print(
    stop.stoppedAt === null
      ? 'sending'
      : `stopped since ${stop.stoppedAt.toISOString()}: ${why(stop.reason)}`,
  )
  print(`budget of ${state.day}: ${showBudget(state.budget, state.currency)}`)
  for (const number of state.numbers) for (const line of numberLines(number)) print(line)
  for (const campaign of state.campaigns) {
    const line = campaignLine(campaign, state.currency)
    if (line !== undefined) print(line)
  }
  for (const line of waitingLines(state)) print(line)
  for (const { code, subject, lastAt } of await listOpenNotices(db, shop.id))
    print(`notice, ${lastAt.toISOString()}: ${subject === '' ? '' : `${subject}: `}${sentenceOfNotice(code)}`)
}

const why = (reason: string | null): string => (reason === null ? 'no reason is known' : sentenceOf(reason))

function showBudget({ setAsideMicros, limitMicros }: Budget, currency: string): string {
  const show = (micros: number): string => `${(micros / 1_000_000).toFixed(2)} ${currency}`
  return `${show(setAsideMicros)} of ${limitMicros === null ? 'any amount' : show(limitMicros)}`
}

function numberLines(number: SendingState['numbers'][number]): string[] {
  const { people } = number
  const facts = [
    number.state,
    `${number.ratePerSecond} a second`,
    ...((number.paceShare ?? 1) < 1 ? [`slowed down to ${Math.round((number.paceShare ?? 1) * 100)} %`] : []),
    `quality ${number.quality ?? 'unknown'}`,
    `limit ${number.messagingTier ?? 'unknown'}`,
    ...(people === null ? [] : [`people written to in 24 hours: ${people.written}`]),
  ]
  return [
    `number ${number.number === '' ? number.metaId : number.number}: ${facts.join(', ')}`,
    ...(number.stateReason === null ? [] : [`  stopped: ${sentenceOf(number.stateReason)}`]),
    ...(number.restrictedUntil === null
      ? []
      : [
          `  restricted until ${number.restrictedUntil.toISOString()}: ${number.restriction ?? 'no reason given'}`,
        ]),
    ...(number.pausedUntil === null
      ? []
      : [`  paused until ${number.pausedUntil.toISOString()}: ${why(number.pauseReason)}`]),
  ]
}

function campaignLine(campaign: SendingState['campaigns'][number], currency: string): string | undefined {
  const { kind, stoppedAt, stopReason, deliveries, optOuts, budget } = campaign
  const facts = [
    ...(stoppedAt === null ? [] : [`stopped since ${stoppedAt.toISOString()}: ${why(stopReason)}`]),
    ...(deliveries === 0 ? [] : [`${deliveries} delivered today, ${optOuts} of them opted out`]),
    ...(budget.limitMicros === null ? [] : [showBudget(budget, currency)]),
  ]
  return facts.length === 0 ? undefined : `campaign ${kind}: ${facts.join(', ')}`
}

const lanes = ['replies', 'alerts', 'campaigns']

function waitingLines({ waiting }: SendingState): string[] {
  if (waiting.length === 0) return ['nothing waits']
  return waiting.map(({ lane, reason, messages, due }) => {
    const held = reason === null ? '' : `: ${sentenceOf(reason)}`
    return `waiting ${lanes[lane] ?? ''}: ${messages}, of which ${due} are due${held}`
  })
}
