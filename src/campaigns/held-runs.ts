import type { Tx } from '../platform/database.ts'
import { HubError } from '../platform/errors.ts'
import { writeAudit, type Actor } from '../shops/audit-store.ts'
import { endRefusedRun, lockHeldRuns, lockRun, releaseRuns } from './held-run-store.ts'

// A run that the `bulk_change` brake has stopped waits for the merchant's yes or no.

export interface RunDeps {
  wake: (lane: string) => void
}

export interface WhichRun {
  shopId: number
  runId: number
}

/** Throws HubError `run_missing` or `run_not_held`. */
export async function approveRun(tx: Tx, deps: RunDeps, which: WhichRun, by: Actor): Promise<void> {
  await loadHeld(tx, which)
  await approve(tx, deps, { shopId: which.shopId, runIds: [which.runId] }, by)
}

/** Returns how many went on. */
export async function approveAllRuns(tx: Tx, deps: RunDeps, shopId: number, by: Actor): Promise<number> {
  const runIds = await lockHeldRuns(tx, shopId)
  if (runIds.length > 0) await approve(tx, deps, { shopId, runIds }, by)
  return runIds.length
}

async function approve(
  tx: Tx,
  deps: RunDeps,
  { shopId, runIds }: { shopId: number; runIds: readonly number[] },
  by: Actor,
): Promise<void> {
  await releaseRuns(tx, runIds, by.now)
  const [only] = runIds
  const subject = runIds.length === 1 && only !== undefined ? `run:${only}` : 'runs'
  await writeAudit(
    tx,
    { shopId, action: 'run.approved', subject, before: { state: 'held' }, after: { runIds } },
    by,
  )
  tx.afterCommit(() => deps.wake('campaigns'))
}

/** Returns how many people are told nothing because of it. Throws HubError `run_missing` or `run_not_held`. */
export async function refuseRun(tx: Tx, which: WhichRun, by: Actor): Promise<number> {
  await loadHeld(tx, which)
  const people = await endRefusedRun(tx, which.runId, by.now)
  await writeAudit(
    tx,
    {
      shopId: which.shopId,
      action: 'run.refused',
      subject: `run:${which.runId}`,
      before: { state: 'held' },
      after: { state: 'done', suppressed: people },
    },
    by,
  )
  return people
}

async function loadHeld(tx: Tx, { shopId, runId }: WhichRun): Promise<void> {
  const run = await lockRun(tx, shopId, runId)
  if (run === undefined) throw new HubError('run_missing', `There is no run with the id ${runId}.`)
  if (run.state !== 'held')
    throw new HubError('run_not_held', `The run ${runId} is not held: it is ${run.state}.`, {
      advice: 'Only what waits for a yes can get one: hub runs --held, or GET /v1/runs?state=held.',
    })
}
