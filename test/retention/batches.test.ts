import { expect, test } from 'vitest'
import type { Database } from '../../src/platform/database.ts'
import { forgetBatchSize, forgetInBatches, type Forgetting } from '../../src/platform/forget-in-batches.ts'
import { createRetentionWorld, daysAgo, type RetentionWorld } from './retention-world.ts'

const manyRows = 50_000

/** Fifty thousand of each sort past their time, and a thousand that are not. */
async function fill({ db, shopId }: RetentionWorld): Promise<void> {
  const rows = `select n, case when n <= ${manyRows} then $2::timestamptz else $3::timestamptz end as at
    from generate_series(1, ${manyRows + 1_000}) n`
  const times = [shopId, daysAgo(500), daysAgo(1)]
  await db.execute(
    `insert into product_views (shop_id, person_id, product_id, kind, source, source_key, at, received_at)
     select $1, n, 1, 'view', 'chat', n::text, at, at from (${rows}) r`,
    times,
  )
  await db.execute(
    `insert into inbox_events (shop_id, delivery_id, source, kind, sequence, dedupe_key, payload, state, attempts, due_at, received_at)
     select $1, 0, 'whatsapp', 'message', 0, n::text, '{}', 'done', 0, at, at from (${rows}) r`,
    times,
  )
  await db.execute(
    `insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at)
     select $1, n % 10, 2, 1, 'EUR', 'webhook', at + n * interval '1 millisecond', at from (${rows}) r`,
    times,
  )
}

interface Watched {
  db: Database
  statements: { ms: number; text: string }[]
}

/** The same database, that says what was asked of it; `breaksAfter`: and is gone after so many statements that forget. */
function watch(db: Database, breaksAfter = Infinity): Watched {
  const statements: Watched['statements'] = []
  const spy = <Args extends [text: string, values?: readonly unknown[]], Answer>(
    run: (...args: Args) => Promise<Answer>,
  ) => {
    return async (...args: Args): Promise<Answer> => {
      const isForgetting = /\b(delete from|update)\b/.test(args[0])
      if (isForgetting && statements.length >= breaksAfter) throw new Error('the process was killed')
      const began = performance.now()
      const answer = await run(...args)
      if (isForgetting) statements.push({ ms: performance.now() - began, text: args[0] })
      return answer
    }
  }
  const watched = Object.create(db, {
    query: { value: spy(db.query.bind(db)) },
    execute: { value: spy(db.execute.bind(db)) },
  }) as Database
  return { db: watched, statements }
}

/** The most rows that any transaction has taken away or changed, by the marks that transactions leave. */
async function largestChange(db: Database): Promise<number> {
  const [row] = await db.query<{ most: number }>(
    `select coalesce(max(n), 0)::int as most from (
       select count(*) as n from inbox_events where payload = '' group by xmin::text) t`,
  )
  return row?.most ?? 0
}

test('fifty thousand rows of each sort go five thousand at a time', async () => {
  await using world = await createRetentionWorld()
  await fill(world)
  const { db, statements } = watch(world.db)
  expect(await world.night(db)).toEqual({ views: manyRows, payloads: manyRows, priceEvents: manyRows - 10 })
  expect(await largestChange(world.db)).toBe(forgetBatchSize)
  const batches = (table: string): number => statements.filter(({ text }) => text.includes(table)).length
  expect(batches('product_views')).toBeGreaterThanOrEqual(manyRows / forgetBatchSize)
  expect(batches('inbox_events set')).toBeGreaterThanOrEqual(manyRows / forgetBatchSize)
  const [left] = await world.db.query<Record<string, number>>(
    `select (select count(*) from product_views) as views, (select count(*) from inbox_events) as events,
       (select count(*) from inbox_events where payload <> '') as payloads, (select count(*) from price_events) as prices`,
  )
  expect(left).toEqual({ views: 1_000, events: manyRows + 1_000, payloads: 1_000, prices: 1_010 })
}, 60_000)

test('a crash in the middle loses nothing: what was forgotten is, and the next night goes on', async () => {
  await using world = await createRetentionWorld()
  await fill(world)
  const { db } = watch(world.db, 20)
  await expect(world.night(db)).rejects.toThrow('the process was killed')
  const counts = async (): Promise<number[]> => {
    const [row] = await world.db.query<{ views: number; payloads: number; events: number }>(
      `select (select count(*) from product_views) as views, (select count(*) from inbox_events where payload <> '') as payloads,
         (select count(*) from inbox_events) as events`,
    )
    return [row!.views, row!.payloads, row!.events]
  }
  const [views = 0, payloads = 0, events] = await counts()
  expect(views).toBeLessThan(manyRows)
  expect(views).toBeGreaterThan(1_000)
  expect((views - 1_000) % forgetBatchSize).toBe(0)
  expect((payloads - 1_000) % forgetBatchSize).toBe(0)
  expect(events).toBe(manyRows + 1_000)
  expect(await world.night()).toMatchObject({ views: views - 1_000, payloads: payloads - 1_000 })
  expect(await counts()).toEqual([1_000, 1_000, manyRows + 1_000])
}, 60_000)

test('nothing waits until another is through, and when the time is up the rest is for the next run', async () => {
  const turns: string[] = []
  const of = (what: string, batches: number): Forgetting => ({
    what,
    batch: async (after) => {
      turns.push(what)
      return { forgotten: 3, next: after + 1 < batches ? after + 1 : null }
    },
  })
  const both = [of('views', 3), of('clicks', 2)]
  expect(await forgetInBatches(both, { forMs: 60_000 })).toEqual({
    counts: { views: 9, clicks: 6 },
    isComplete: true,
  })
  expect(turns).toEqual(['views', 'clicks', 'views', 'clicks', 'views'])
  expect(await forgetInBatches(both, { forMs: 0 })).toEqual({
    counts: { views: 0, clicks: 0 },
    isComplete: false,
  })
})
