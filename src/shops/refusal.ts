import { HubError, type Fault } from '../platform/errors.ts'

/** What is asked for cannot be: every field with its reason. Nothing has changed. */
export function refusal(faults: readonly Fault[]): HubError {
  return new HubError('settings_refused', 'These settings are not possible, so nothing was changed.', {
    faults,
  })
}

/** Somebody else has changed it since it was read. */
export function versionConflict(given: number, current: number): HubError {
  return new HubError(
    'version_conflict',
    `The settings have changed meanwhile: version ${current} is in force, not ${given}. Nothing was changed.`,
    { advice: 'Read them again, and make your change to what you find.' },
  )
}
