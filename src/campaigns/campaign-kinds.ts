import type { z } from 'zod'
import { backInStockSettingsSchema } from './back-in-stock/settings.ts'

/** Kinds are registered here; a new one is a folder and a line. */
export const campaignKinds = {
  back_in_stock: { settingsSchema: backInStockSettingsSchema },
} satisfies Record<string, { settingsSchema: z.ZodType }>

export type CampaignKindName = keyof typeof campaignKinds
