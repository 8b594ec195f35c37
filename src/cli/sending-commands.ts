import type { CampaignKindName } from '../campaigns/campaign-kinds.ts'
import { kindNamed } from '../campaigns/campaign-rules.ts'
import { sentenceOf } from '../campaigns/reasons.ts'
import { loadSendingState, type Budget, type SendingState } from '../campaigns/sending-state.ts'
import { listNumberStates } from '../campaigns/sending-state-store.ts'
import { resumeCampaign, stopCampaign } from '../campaigns/stop-campaign.ts'
import { releaseWaiting } from '../outbox/release-waiting.ts'
import type { Sql } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { startSending, stopSending } from '../shops/kill-switch.ts'
import { listOpenNotices, type OpenNotice } from '../shops/notice-store.ts'
import { sentenceOfNotice } from '../shops/notices.ts'
import { loadNumberOfShop } from '../shops/number-store.ts'
import { startNumbers } from '../shops/start-numbers.ts'
import { actorOf, badUsage, type CommandDeps } from './command.ts'

/** `hub stop [CAMPAIGN…]` */
export async function stopCommand(deps: CommandDeps, campaigns: readonly string[]): Promise<void> {
  const { db, shop, print } = deps
  if (campaigns.length === 0) {
    const done = await db.transaction((tx) => stopSending(tx, shop.id, actorOf(deps)))
    print(
      done
        ? 'Nothing more is sent, replies included. What waits keeps waiting: "hub go" lets it go on.'
        : 'Sending was stopped already.',
    )
    return
  }
  await eachNamed(campaigns, async (kind) => {
    const which = { shopId: shop.id, kind }
    const done = await db.transaction((tx) => stopCampaign(tx, which, { reason: 'killed' }, actorOf(deps)))
    print(
      done
        ? `Nothing more of ${kind} is sent. What waits keeps waiting: "hub go ${kind}" lets it go on.`
        : `${kind} was stopped already.`,
    )
  })
}

/** `hub go [CAMPAIGN…]` */
export async function goCommand(deps: CommandDeps, campaigns: readonly string[]): Promise<void> {
  const { db, shop, print } = deps
  if (campaigns.length === 0) {
    const done = await db.transaction((tx) => startSending(tx, shop.id, actorOf(deps)))
    print(done ? 'What waits is sent.' : 'Sending was not stopped.')
    return
  }
  await eachNamed(campaigns, async (kind) => {
    const done = await db.transaction((tx) => resumeCampaign(tx, { shopId: shop.id, kind }, actorOf(deps)))
    print(done ? `${kind} goes on.` : `${kind} was not stopped.`)
  })
}

/** Whoever stops in a hurry and misspells one name has the others stopped all the same; then the first refusal is thrown. */
async function eachNamed(
  campaigns: readonly string[],
  work: (kind: CampaignKindName) => Promise<void>,
): Promise<void> {
  const refusals: HubError[] = []
  for (const campaign of campaigns) {
    try {
      await work(kindNamed(campaign))
    } catch (thrown) {
      if (!(thrown instanceof HubError)) throw thrown
      refusals.push(thrown)
    }
  }
  const [first, ...more] = refusals
  if (first === undefined) return
  const message = [first, ...more].map((one) => one.message).join('\n')
  throw new HubError(first.code, message, first.advice === undefined ? {} : { advice: first.advice })
}

/** `hub number start [NUMBER]` */
export async function numberCommand(deps: CommandDeps, [what, ...named]: readonly string[]): Promise<void> {
  if (what !== 'start') throw badUsage('Say "hub number start" or "hub number start NUMBER".')
  const { db, shop, clock, print } = deps
  const which = await findNumberNamed(db, shop.id, named)
  const started = await db.transaction(async (tx) => {
    const count = await startNumbers(tx, { shopId: shop.id, ...which }, actorOf(deps))
    if (count > 0) await releaseWaiting(tx, { shopId: shop.id, reasons: ['number_restricted'] }, clock.now())
    return count
  })
  if (started === 0) print('Nothing to do: no number was stopped or restricted.')
  else print(started === 1 ? 'The number sends again.' : `${started} numbers send again.`)
}

/** As "hub sending" shows it, also where its blanks make several words of it, or Meta's id; no word: all of the shop. Throws HubError `number_missing`. */
async function findNumberNamed(
  sql: Sql,
  shopId: number,
  words: readonly string[],
): Promise<{ numberId?: number }> {
  await loadNumberOfShop(sql, shopId)
  if (words.length === 0) return {}
  const numbers = await listNumberStates(sql, shopId)
  const digitsOf = (text: string): string => text.replace(/\D/g, '')
  const digits = digitsOf(words.join(''))
  const found = numbers.find(
    ({ number, metaId }) => metaId === words.join(' ') || (digits !== '' && digitsOf(number) === digits),
  )
  if (found !== undefined) return { numberId: found.id }
  throw new HubError('number_unknown', `This shop has no number "${words.join(' ')}".`, {
    advice: '"hub sending" shows those that it has.',
  })
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
  for (const notice of await listOpenNotices(db, shop.id)) print(noticeLine(notice))
}

function noticeLine({ code, subject, details, lastAt }: OpenNotice): string {
  const { by } = (details ?? {}) as { by?: unknown }
  const who = typeof by === 'string' ? ` (by ${by})` : ''
  const about = subject === '' ? '' : `${subject}: `
  return `notice, ${lastAt.toISOString()}${who}: ${about}${sentenceOfNotice(code)}`
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
    ...(number.stoppedUntil === null ? [] : [`  starts by itself at ${number.stoppedUntil.toISOString()}`]),
    ...(number.isRestricted
      ? [`  restricted until ${showEnd(number.restrictedUntil)}: ${number.restriction ?? 'no reason given'}`]
      : []),
    ...(number.pausedUntil === null
      ? []
      : [`  paused until ${number.pausedUntil.toISOString()}: ${why(number.pauseReason)}`]),
  ]
}

function showEnd(until: Date | null): string {
  return until?.toISOString() ?? 'Meta lifts it'
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
