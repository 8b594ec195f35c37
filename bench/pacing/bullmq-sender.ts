import { createRedisBackend, withBackend } from 'bullmq'
import { serveSender } from './send-requests.ts'

// BullMQ's own limiter: one queue, so many jobs a second over all of its workers, a request for each job.

serveSender(async ({ redisUrl, perSecond, forMs }, requests) => {
  const { Worker } = withBackend(createRedisBackend)
  const worker = new Worker(
    'pacing',
    () => {
      requests.start()
      return Promise.resolve()
    },
    {
      connection: { url: redisUrl ?? '', maxRetriesPerRequest: null },
      limiter: { max: perSecond, duration: 1_000 },
      concurrency: 100,
    },
  )
  await new Promise((resolve) => setTimeout(resolve, forMs))
  await worker.close()
})
