import type { CampaignKind } from '../kind.ts'
import { listStaleWinBacks } from './recheck-store.ts'

/** The same for all three win-backs: who came back by themselves is not won back. */
export const findStaleWinBacks: CampaignKind['findStale'] = (sql, candidacies, now) =>
  listStaleWinBacks(
    sql,
    candidacies.map(({ id }) => id),
    now,
  )
