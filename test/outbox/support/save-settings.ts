import type { Stage } from '../../../src/app-stage.ts'
import type { ShopSettings } from '../../../src/shops/shop-settings.ts'
import { saveShopSettings } from '../../../src/shops/shop-store.ts'

/** What a merchant sets about sending; everything else is as it is by default. */
export async function saveSending(
  { db, shop, clock }: Pick<Stage, 'db' | 'shop' | 'clock'>,
  sending: Partial<ShopSettings['sending']>,
): Promise<void> {
  const by = { name: 'test', now: clock.now() }
  await db.transaction((tx) => saveShopSettings(tx, shop.id, { sending }, by))
}
