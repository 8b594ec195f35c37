import { HubError } from '../../platform/errors.ts'
import { Problem } from '../../platform/web.ts'

// What a flow refuses, as HTTP says it.
const statuses: Readonly<Record<string, number>> = {
  settings_refused: 400,
  version_conflict: 409,
  kind_unknown: 404,
  campaign_missing: 404,
  run_missing: 404,
  run_not_held: 409,
  template_unknown: 404,
  template_not_paused: 409,
  template_not_unpaused: 409,
  category_not_changed: 409,
  category_not_allowed: 409,
  public_url_missing: 409,
  not_connected: 409,
  number_missing: 409,
  dry_run_too_long: 503,
  dry_run_in_the_way: 503,
}

/** Runs `work`; an expected refusal becomes the Problem it is, everything else stays what it was. */
export async function orProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const status = thrown instanceof HubError ? statuses[thrown.code] : undefined
    if (status === undefined || !(thrown instanceof HubError)) throw thrown
    const { code, message, advice, faults } = thrown
    throw new Problem(status, code, message, { faults, ...(advice === undefined ? {} : { detail: advice }) })
  }
}
