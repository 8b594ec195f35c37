import { z } from 'zod'
import type { Environment } from '../platform/environment.ts'
import { HubError } from '../platform/errors.ts'
import { logLevels } from '../platform/config-fields.ts'
import type { SandboxOptions } from './start-sandbox.ts'

const variables = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  /** Left out: nothing is kept. */
  SANDBOX_DATA_DIR: z.string().optional(),
  SANDBOX_SEED: z.enum(['shop', 'empty']).default('shop'),
  SANDBOX_WEBHOOKS: z.enum(['sync', 'async']).default('async'),
  /** Of the hub: its own default port on this machine. */
  PUBLIC_URL: z.url().default('http://localhost:3000'),
  SANDBOX_THROUGHPUT: z.coerce.number().positive().optional(),
  /** Unique people of the portfolio in 24 hours. */
  SANDBOX_MESSAGING_LIMIT: z.union([z.literal('unlimited'), z.coerce.number().int().min(0)]).default(100_000),
  SANDBOX_ANSWER_DELAY_MS: z.coerce.number().min(0).default(0),
  /** Updates in one delivery, at most; how long one that is not full waits; deliveries beside each other. */
  SANDBOX_BATCH_SIZE: z.coerce.number().int().min(1).max(1000).default(1),
  SANDBOX_BATCH_WAIT_MS: z.coerce.number().min(0).default(0),
  SANDBOX_WEBHOOK_CONCURRENCY: z.coerce.number().int().min(1).default(1),
  SANDBOX_STATUS_DELAY_MS: z.coerce.number().min(0).default(0),
  SANDBOX_DROP_STATUS_SHARE_BPS: z.coerce.number().min(0).max(10_000).default(0),
  /** Left out: every message is kept. */
  SANDBOX_KEEP_MESSAGES: z.coerce.number().int().min(1).optional(),
  /** Numbers nobody was given are on WhatsApp (`arrive`), or not. */
  SANDBOX_UNKNOWN_PEOPLE: z.enum(['fail', 'arrive']).default('fail'),
  /** Whether those people read what arrives. */
  SANDBOX_READS: z.enum(['yes', 'no']).default('yes'),
  LOG_LEVEL: z.enum(logLevels).default('warn'),
})

export type SandboxConfig = Omit<SandboxOptions, 'clock' | 'random' | 'log'> & { logLevel: string }

/** What the sandbox reads from the environment when it runs in a process of its own. Throws HubError with every fault at once. */
export function loadSandboxConfig(environment: Environment): SandboxConfig {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== '')
  const parsed = variables.safeParse(Object.fromEntries(given))
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({ where: path.join('.'), message }))
    const list = faults.map(({ where, message }) => `${where}: ${message}`).join('; ')
    throw new HubError('config_invalid', `The sandbox cannot start: ${list}`, { faults })
  }
  const read = parsed.data
  return {
    port: read.SANDBOX_PORT,
    host: read.SANDBOX_HOST,
    dataDir: read.SANDBOX_DATA_DIR ?? null,
    seed: read.SANDBOX_SEED,
    hubUrl: read.PUBLIC_URL.replace(/\/$/, ''),
    logLevel: read.LOG_LEVEL,
    options: {
      webhookMode: read.SANDBOX_WEBHOOKS,
      runQueueEveryMs: 1_000,
      ...(read.SANDBOX_THROUGHPUT === undefined ? {} : { throughputPerSecond: read.SANDBOX_THROUGHPUT }),
      faults: {
        answerDelayMs: read.SANDBOX_ANSWER_DELAY_MS,
        batchSize: read.SANDBOX_BATCH_SIZE,
        dropStatusShareBps: read.SANDBOX_DROP_STATUS_SHARE_BPS,
      },
      whatsapp: {
        messagingLimit: read.SANDBOX_MESSAGING_LIMIT === 'unlimited' ? null : read.SANDBOX_MESSAGING_LIMIT,
        unknownPeople: read.SANDBOX_UNKNOWN_PEOPLE,
        unknownPeopleRead: read.SANDBOX_READS === 'yes',
        webhookConcurrency: read.SANDBOX_WEBHOOK_CONCURRENCY,
        batchWaitMs: read.SANDBOX_BATCH_WAIT_MS,
        statusDelayMs: read.SANDBOX_STATUS_DELAY_MS,
        keepMessages: read.SANDBOX_KEEP_MESSAGES ?? null,
      },
    },
  }
}
