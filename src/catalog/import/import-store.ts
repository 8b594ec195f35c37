import type { Sql, Tx } from '../../platform/database.ts'

export const importStages = ['products', 'variations', 'customers', 'orders'] as const
export type ImportStage = (typeof importStages)[number]

export interface ImportCursor {
  stage: ImportStage
  /** From 1. For variations read parent by parent: the page of that parent. */
  page: number
  /** The parent whose variations are read; null where the shop lists all variations at once. */
  parentWcId: number | null
}

export interface ImportProblem {
  resource: string
  wcId: number | null
  reason: string
}

export interface ImportRun {
  id: number
  shopId: number
  state: 'running' | 'done' | 'failed' | 'cancelled'
  cursor: ImportCursor
  total: number | null
  done: number
  skipped: number
  problems: ImportProblem[]
  startedAt: Date
  updatedAt: Date
  finishedAt: Date | null
}

const columns =
  'id, shop_id, state, cursor, total, done, skipped, problems, started_at, updated_at, finished_at'

/** Starts an import, unless one is running: then that one. */
export async function startImport(tx: Tx, shopId: number, now: Date): Promise<ImportRun> {
  await tx.execute('select 1 from shops where id = $1 for update', [shopId])
  const cursor: ImportCursor = { stage: 'products', page: 1, parentWcId: null }
  await tx.execute(
    `insert into import_runs (shop_id, state, cursor, done, skipped, problems, started_at, updated_at)
     select $1, 'running', $2, 0, 0, '[]', $3, $3
     where not exists (select 1 from import_runs where shop_id = $1 and state = 'running')`,
    [shopId, JSON.stringify(cursor), now],
  )
  const run = await findLatestImport(tx, shopId)
  if (run === undefined) throw new Error('An import was started and is not there.')
  return run
}

export async function findLatestImport(sql: Sql, shopId: number): Promise<ImportRun | undefined> {
  const [run] = await sql.query<ImportRun>(
    `select ${columns} from import_runs where shop_id = $1 order by id desc limit 1`,
    [shopId],
  )
  return run
}

export function listRunningImports(sql: Sql, before: Date): Promise<ImportRun[]> {
  return sql.query<ImportRun>(
    `select ${columns} from import_runs where state = 'running' and updated_at <= $1 order by id`,
    [before],
  )
}

/** The run, locked and still where it was read; nothing when another worker has taken it further. */
export async function claimImport(tx: Tx, run: ImportRun): Promise<ImportRun | undefined> {
  const [claimed] = await tx.query<ImportRun>(
    `select ${columns} from import_runs where id = $1 and state = 'running' and cursor = $2::jsonb for update skip locked`,
    [run.id, JSON.stringify(run.cursor)],
  )
  return claimed
}

export async function saveImport(tx: Tx, run: ImportRun): Promise<void> {
  await tx.execute(
    `update import_runs set state = $2, cursor = $3, total = $4, done = $5, skipped = $6, problems = $7, updated_at = $8, finished_at = $9
     where id = $1`,
    [
      run.id,
      run.state,
      JSON.stringify(run.cursor),
      run.total,
      run.done,
      run.skipped,
      JSON.stringify(run.problems.slice(0, 100)),
      run.updatedAt,
      run.finishedAt,
    ],
  )
}

/** Moves a run that could not go on to a later time, and keeps why: once, however often it is moved for the same reason. */
export async function postponeImport(
  sql: Sql,
  run: ImportRun,
  later: { problem: ImportProblem; until: Date },
): Promise<void> {
  await sql.execute(
    `update import_runs set updated_at = $2,
       problems = case when problems @> $3::jsonb or jsonb_array_length(problems) >= 100 then problems else problems || $3::jsonb end
     where id = $1 and state = 'running'`,
    [run.id, later.until, JSON.stringify([later.problem])],
  )
}

/** Ends a run that cannot go on, with what stopped it. */
export async function failImport(
  sql: Sql,
  run: ImportRun,
  end: { problem: ImportProblem; now: Date },
): Promise<void> {
  await sql.execute(
    `update import_runs set state = 'failed', problems = $2, updated_at = $3, finished_at = $3 where id = $1 and state = 'running'`,
    [run.id, JSON.stringify([...run.problems.slice(0, 99), end.problem]), end.now],
  )
}

/** The next variable product after one, by the shop's id. */
export async function findNextVariable(
  sql: Sql,
  shopId: number,
  afterWcId: number,
): Promise<number | undefined> {
  const [row] = await sql.query<{ wcId: number }>(
    `select wc_id from products where shop_id = $1 and kind = 'variable' and wc_id > $2 order by wc_id limit 1`,
    [shopId, afterWcId],
  )
  return row?.wcId
}
