import { lockNumber } from '../../src/outbox/claim-store.ts'
import { createPace } from '../../src/outbox/pace.ts'
import { startWithinMs } from '../../src/outbox/sender.ts'
import { monotonicMs } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { serveSender } from './send-requests.ts'

// The hub's pace as a sender uses it, with messages without end: the number's lock, the room, the slots, and a request in each slot.

serveSender(async ({ databaseUrl, forMs }, requests) => {
  const db = openDatabase(databaseUrl, { poolSize: 3 })
  const pace = createPace(db)
  const [number] = await db.query<{ id: number }>('select id from phone_numbers')
  const numberId = number?.id ?? 0
  const endMs = monotonicMs() + forMs
  const underWay = new Set<Promise<void>>()
  while (monotonicMs() < endMs) {
    const { line, count, waitMs, lockedMs } = await db.transaction(async (tx) => {
      await lockNumber(tx, numberId)
      const lockedMs = monotonicMs()
      const room = await pace.room(tx, numberId)
      return {
        ...room,
        lockedMs,
        line: room.count > 0 ? await pace.take(tx, numberId, room.count) : undefined,
      }
    })
    if (line === undefined) {
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      continue
    }
    const byMs = lockedMs + startWithinMs
    const all = Promise.all(
      Array.from({ length: count }, async () => {
        if (await line.next(byMs)) requests.start()
      }),
    ).then(() => {
      underWay.delete(all)
    })
    underWay.add(all)
  }
  await Promise.all(underWay)
  await db.close()
})
