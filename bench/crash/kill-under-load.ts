import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStage, reserveMessages, type HubStage } from '../support/hub-stage.ts'
import { endProcess, until } from '../support/processes.ts'

export interface KillPlan {
  kills: number
  messages: number
  perSecond: number
  /** Of 10,000 statuses so many never come. */
  droppedBps: number
}

export interface KillReport {
  kills: number
  sentPerSecond: number
  /** Messages without a waiting or a final state when all is over. */
  lost: number
  /** People who were sent the message more than once. */
  twice: number
  /** What WhatsApp took, and what of it is known here as sent. */
  accepted: number
  knownAsSent: number
  /** Messages whose answer was not written down when it came, or never came; `settledByAnswer`: it came when they had been given up. */
  uncertain: { settledByStatus: number; settledByAnswer: number; outcomeUnknown: number }
  /** Of those that ended unknown, how many WhatsApp had taken: none, unless their statuses were dropped. */
  unknownButTaken: number
  /** From the start of a process that takes a killed one's place until it works. */
  recoverMs: number[]
  /** From the last kill until everything has its end. */
  settleMs: number
}

/** A campaign under way, and again and again kill -9 of the process that sends, of the one that takes in webhooks, or of both. */
export async function killUnderLoad(plan: KillPlan): Promise<KillReport> {
  await using stage = await openStage({
    perSecond: plan.perSecond,
    sandbox: {
      SANDBOX_ANSWER_DELAY_MS: '40',
      SANDBOX_BATCH_SIZE: '20',
      SANDBOX_BATCH_WAIT_MS: '50',
      SANDBOX_WEBHOOK_CONCURRENCY: '16',
      SANDBOX_DROP_STATUS_SHARE_BPS: String(plan.droppedBps),
    },
  })
  const running = { web: stage.startRole('web'), worker: stage.startRole('worker') }
  await until('the hub is ready', 60_000, stage.webIsReady)
  await reserveMessages(stage, plan.messages)
  await stage.db.execute('update shops set sending_stopped_at = null')
  const beganMs = performance.now()
  const recoverMs: number[] = []
  for (let nth = 0; nth < plan.kills; nth++) {
    // At any moment of a batch: what comes next is not the same each time.
    await sleep(200 + ((nth * 7919) % 1_000))
    await untilSending(stage)
    const victims =
      nth % 5 === 4
        ? (['web', 'worker'] as const)
        : nth % 2 === 0
          ? (['worker'] as const)
          : (['web'] as const)
    recoverMs.push(await killAndReplace(stage, running, victims))
    if ((await isOver(stage)).isOver)
      throw new Error(`All was sent before the kill number ${nth + 2}: more messages are needed.`)
  }
  const killedMs = performance.now()
  const { accepted: sentWhileKilled } = await trafficOf(stage)
  await until('everything has its end', 900_000, async () => (await isOver(stage)).isOver)
  return {
    ...(await count(stage)),
    kills: plan.kills,
    sentPerSecond: (sentWhileKilled * 1_000) / (killedMs - beganMs),
    recoverMs,
    settleMs: performance.now() - killedMs,
  }
}

/** A kill says something only while messages leave. */
async function untilSending(stage: HubStage): Promise<void> {
  const { accepted } = await trafficOf(stage)
  await until('messages leave', 60_000, async () => (await trafficOf(stage)).accepted > accepted + 20)
}

type Running = Record<'web' | 'worker', ChildProcess>

async function killAndReplace(
  stage: HubStage,
  running: Running,
  victims: readonly ('web' | 'worker')[],
): Promise<number> {
  await Promise.all(victims.map((role) => endProcess(running[role], 'SIGKILL')))
  const before = await trafficOf(stage)
  const beganMs = performance.now()
  for (const role of victims) running[role] = stage.startRole(role)
  await until('the hub works again', 60_000, async () => {
    const isSending = (await trafficOf(stage)).accepted > before.accepted
    return (!victims.includes('worker') || isSending) && (await stage.webIsReady())
  })
  return performance.now() - beganMs
}

interface Traffic {
  accepted: number
  templatesTwice: { count: number }
  webhooks: { waiting: number }
}

const trafficOf = (stage: HubStage): Promise<Traffic> => stage.control<Traffic>('/traffic')

async function isOver(stage: HubStage): Promise<{ isOver: boolean }> {
  const [open] = await stage.db.query<{ n: number }>(
    `select (select count(*) from messages where state in ('waiting', 'sending', 'uncertain'))
       + (select count(*) from inbox_deliveries where state = 'received')
       + (select count(*) from inbox_events where state in ('waiting', 'retry')) as n`,
  )
  return { isOver: open?.n === 0 && (await trafficOf(stage)).webhooks.waiting === 0 }
}

async function count(
  stage: HubStage,
): Promise<
  Pick<KillReport, 'lost' | 'twice' | 'accepted' | 'knownAsSent' | 'uncertain' | 'unknownButTaken'>
> {
  const traffic = await trafficOf(stage)
  const [row] = await stage.db.query<Record<'lost' | 'sent' | 'by_status' | 'by_answer' | 'unknown', number>>(
    `select count(*) filter (where state not in ('accepted', 'sent', 'delivered', 'read', 'failed', 'outcome_unknown')) as lost,
       count(*) filter (where state in ('accepted', 'sent', 'delivered', 'read')) as sent,
       count(*) filter (where accepted_at is null and coalesce(sent_at, delivered_at, read_at) is not null) as by_status,
       count(*) filter (where uncertain_at is not null and accepted_at is not null) as by_answer,
       count(*) filter (where state = 'outcome_unknown') as unknown
     from messages where purpose = 'campaign'`,
  )
  const {
    lost = -1,
    sent = 0,
    byStatus = 0,
    byAnswer = 0,
    unknown = 0,
  } = (row ?? {}) as Record<string, number>
  return {
    lost,
    twice: traffic.templatesTwice.count,
    accepted: traffic.accepted,
    knownAsSent: sent,
    uncertain: {
      settledByStatus: byStatus,
      settledByAnswer: byAnswer,
      outcomeUnknown: unknown,
    },
    unknownButTaken: traffic.accepted - sent,
  }
}
