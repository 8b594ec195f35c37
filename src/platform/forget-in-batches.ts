import { monotonicMs } from './clock.ts'

/** Rows that one statement or transaction looks at, and at most touches. */
export const forgetBatchSize = 5_000

export interface ForgetBatch {
  forgotten: number
  /** The last id that was looked at, to go on from; null: nothing older is left. */
  next: number | null
}

/** One thing that is kept for so long only. `batch` begins after the id given; twice does no harm. */
export interface Forgetting {
  what: string
  batch: (after: number) => Promise<ForgetBatch>
}

export interface Forgotten {
  counts: Record<string, number>
  /** False: the time was up; the next run goes on. */
  isComplete: boolean
}

/**
 * Batch by batch, each thing in its turn, so that none has to wait until another is through; each batch is committed by itself, and what a
 * crash has left the next run finds.
 */
export async function forgetInBatches(
  forgettings: readonly Forgetting[],
  { forMs }: { forMs: number },
): Promise<Forgotten> {
  const until = monotonicMs() + forMs
  const counts = Object.fromEntries(forgettings.map(({ what }) => [what, 0]))
  let left = forgettings.map((forgetting) => ({ forgetting, after: 0 }))
  while (left.length > 0) {
    const further: typeof left = []
    for (const { forgetting, after } of left) {
      if (monotonicMs() >= until) return { counts, isComplete: false }
      const { forgotten, next } = await forgetting.batch(after)
      counts[forgetting.what] = (counts[forgetting.what] ?? 0) + forgotten
      if (next !== null) further.push({ forgetting, after: next })
    }
    left = further
  }
  return { counts, isComplete: true }
}

/** What the statements of the stores answer: how many they touched, and where their chunk of ids ended. */
export interface ChunkRow {
  forgotten: number
  seen: number
  last: number | null
  /** Nothing in the chunk is old, so nothing after it is: ids rise with time. */
  isRecent: boolean | null
}

export function toBatch(row: ChunkRow | undefined): ForgetBatch {
  if (row === undefined) return { forgotten: 0, next: null }
  const isLast = row.seen < forgetBatchSize || row.isRecent === true
  return { forgotten: row.forgotten, next: isLast ? null : row.last }
}

/**
 * SQL that walks a table by id, a batch a statement, and deletes what is old and not kept. Parameters: $1 the shop, $2 the id to begin
 * after, $3 the moment before which it is old; more as `isGone` needs them. `ofShop`: a condition on `t`; `writtenAt`: the column that
 * rises with the ids; `isGone`: a condition on `t`.
 */
export function deleteChunkSql(about: {
  table: string
  ofShop: string
  writtenAt: string
  isGone: string
}): string {
  return `with chunk as materialized (
      select t.id, t.${about.writtenAt} as written_at from ${about.table} t where ${about.ofShop} and t.id > $2
      order by t.id limit ${forgetBatchSize}
    ),
    gone as (
      delete from ${about.table} t using chunk where t.id = chunk.id and ${about.isGone} returning t.id
    )
    select (select count(*) from gone)::int as forgotten, count(*)::int as seen, max(id) as last, min(written_at) >= $3 as is_recent
    from chunk`
}
