import { approveAllRuns, approveRun, refuseRun } from '../campaigns/held-runs.ts'
import { sentenceOf } from '../campaigns/reasons.ts'
import { listRuns } from '../campaigns/run-list-store.ts'
import { actorOf, badUsage, type CommandDeps } from './command.ts'

const latest = 50

/** `hub runs [--held]` */
export async function runsCommand({ db, shop, print }: CommandDeps, onlyHeld: boolean): Promise<void> {
  const runs = await listRuns(db, shop.id, { onlyHeld, limit: latest })
  if (runs.length === 0) print(onlyHeld ? 'No run waits for a yes.' : 'No run yet.')
  for (const run of runs) {
    const why = run.reason === null ? '' : `: ${sentenceOf(run.reason)}`
    print(
      `${run.id}  ${run.kind}  ${run.product}  ${run.waiting} waiting, until ${run.expiresAt.toISOString()}  ${run.state}${why}`,
    )
  }
}

// A running app's sweep finds what a command has let go on.
const nobodyToWake = { wake: () => undefined }

/** `hub run approve ID|all`, `hub run refuse ID` */
export async function runCommand(deps: CommandDeps, words: readonly string[]): Promise<void> {
  const { db, shop, print } = deps
  const [what, which, ...more] = words
  if (what === 'approve' && which === 'all' && more.length === 0) {
    const approved = await db.transaction((tx) => approveAllRuns(tx, nobodyToWake, shop.id, actorOf(deps)))
    print(`Runs that go on: ${approved}.`)
    return
  }
  const runId = Number(which)
  const isId = Number.isSafeInteger(runId) && runId > 0 && more.length === 0
  if (!isId || (what !== 'approve' && what !== 'refuse'))
    throw badUsage('Say "hub run approve ID", "hub run approve all" or "hub run refuse ID".')
  if (what === 'approve') {
    await db.transaction((tx) => approveRun(tx, nobodyToWake, { shopId: shop.id, runId }, actorOf(deps)))
    print(`Run ${runId} goes on.`)
  } else {
    const people = await db.transaction((tx) => refuseRun(tx, { shopId: shop.id, runId }, actorOf(deps)))
    print(`Run ${runId} has ended; people who are told nothing because of it: ${people}.`)
  }
}
