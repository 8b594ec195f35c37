import { findNumberOfShop } from '../shops/number-store.ts'
import { loadShopSettings } from '../shops/shop-store.ts'
import type { Shop } from '../shops/shop.ts'
import { listPlannedCampaigns } from './campaign-terms.ts'
import type { Round } from './planned-campaign.ts'
import type { PlannerDeps } from './planner.ts'

/** Undefined: the shop has no WhatsApp number yet, so nothing can be planned for it. */
export async function loadRound(deps: Pick<PlannerDeps, 'db'>, shop: Shop): Promise<Round | undefined> {
  const number = await findNumberOfShop(deps.db, shop.id)
  if (number === undefined) return undefined
  return {
    shop,
    settings: await loadShopSettings(deps.db, shop.id),
    campaigns: await listPlannedCampaigns(deps.db, shop.id),
    phoneNumberId: number.id,
  }
}
