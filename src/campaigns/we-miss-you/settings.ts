import { z } from 'zod'

/** "We miss you" has no rules beyond those of every win-back (shop settings, winBack). */
export const weMissYouSettingsSchema = z.strictObject({})
