import type { Sandbox } from './sandbox/start-sandbox.ts'
import type { ShopConnection } from './shops/connect-shop.ts'

/** The sandbox's accounts, as if somebody had typed them into the environment. */
export function sandboxConnection(sandbox: Sandbox, key = 'default'): ShopConnection {
  const { whatsapp, woo } = sandbox.credentials
  return {
    shop: { key, ...sandbox.shopDefaults, isSandbox: true },
    whatsapp: { ...whatsapp, businessAccountId: whatsapp.wabaId },
    woocommerce: { ...woo, storeUrl: sandbox.storeUrl },
  }
}
