import type { Database } from '../platform/database.ts'
import { saveCredentials, type Box } from './credentials.ts'
import { saveNumberConnection } from './number-store.ts'
import type { Shop } from './shop.ts'
import { findShopByKey, loadShopSettings, saveShop } from './shop-store.ts'

/** Everything that makes a shop: who it is, and how to reach WhatsApp and WooCommerce for it. */
export interface ShopConnection {
  shop: Omit<Shop, 'id' | 'name' | 'storeUrl' | 'allowedOrigins'>
  whatsapp?: {
    accessToken: string
    appSecret: string
    verifyToken: string
    phoneNumberId: string
    businessAccountId: string
    displayPhoneNumber: string
  }
  woocommerce?: { storeUrl: string; consumerKey: string; consumerSecret: string; webhookSecret: string }
}

const defaultRatePerSecond = 80

/** Makes the shop or brings it up to the given connection, at each start. It wins over what was stored, but not over what a merchant set. */
export async function connectShop(
  deps: { db: Database; box: Box },
  connection: ShopConnection,
  now: Date,
): Promise<Shop> {
  const { whatsapp, woocommerce } = connection
  return deps.db.transaction(async (tx) => {
    const known = await findShopByKey(tx, connection.shop.key)
    const set = known === undefined ? undefined : (await loadShopSettings(tx, known.id)).shop
    const storeUrl = woocommerce?.storeUrl ?? known?.storeUrl ?? null
    const shop = await saveShop(
      tx,
      {
        ...connection.shop,
        name: set?.name ?? known?.name ?? connection.shop.key,
        timeZone: set?.timeZone ?? connection.shop.timeZone,
        language: set?.language ?? connection.shop.language,
        storeUrl,
        allowedOrigins: storeUrl === null ? [] : [new URL(storeUrl).origin],
      },
      now,
    )
    const at = { shopId: shop.id, now }
    if (whatsapp !== undefined) {
      await saveNumberConnection(
        tx,
        shop.id,
        {
          appName: `shop:${shop.key}`,
          sealedAppSecret: deps.box.seal(whatsapp.appSecret),
          sealedVerifyToken: deps.box.seal(whatsapp.verifyToken),
          wabaMetaId: whatsapp.businessAccountId,
          phoneNumberMetaId: whatsapp.phoneNumberId,
          displayPhoneNumber: whatsapp.displayPhoneNumber,
          ratePerSecond: defaultRatePerSecond,
        },
        now,
      )
      await saveCredentials(tx, deps.box, { ...at, kind: 'whatsapp' }, { accessToken: whatsapp.accessToken })
    }
    if (woocommerce !== undefined) {
      await saveCredentials(tx, deps.box, { ...at, kind: 'woocommerce' }, woocommerce)
      await saveCredentials(
        tx,
        deps.box,
        { ...at, kind: 'woocommerce_webhook' },
        { secret: woocommerce.webhookSecret },
      )
    }
    return shop
  })
}
