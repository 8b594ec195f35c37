import { setTimeout as delay } from 'node:timers/promises'
import { continueImports, type ImportDeps } from '../catalog/import/continue-imports.ts'
import { findLatestImport, startImport } from '../catalog/import/import-store.ts'
import type { Shop } from '../shops/shop.ts'

/** Starts an import, or joins one that runs, and tells how far it is until it has ended. A running app takes pages as well. */
export async function continueUntilDone(
  imports: ImportDeps,
  shop: Shop,
  print: (line: string) => void,
): Promise<void> {
  await imports.db.transaction((tx) => startImport(tx, shop.id, imports.clock.now()))
  for (;;) {
    const pages = await continueImports(imports)
    const run = await findLatestImport(imports.db, shop.id)
    if (run === undefined) return
    const { stage, page } = run.cursor
    print(
      `${stage}, page ${page}: ${run.done} taken in, ${run.skipped} left out${run.total === null ? '' : `, of ${run.total} so far`}`,
    )
    if (run.state !== 'running') {
      for (const problem of run.problems)
        print(`  left out: ${problem.resource} ${problem.wcId ?? '?'}: ${problem.reason}`)
      print(`The import is ${run.state}.`)
      return
    }
    if (pages === 0) await delay(1_000)
  }
}
