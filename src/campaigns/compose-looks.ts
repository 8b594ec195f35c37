import type { Shop } from '../shops/shop.ts'
import type { MessageItem } from './message-items-store.ts'

// A message with a header picture that WhatsApp cannot read fails as a whole (131053): it takes JPEG and PNG, no WebP, GIF, SVG or AVIF.
const unreadable = /\.(?:webp|gif|svg|avif|bmp|tiff?|heic)(?:[?#]|$)/i

/** The product's picture; else WooCommerce's own for products without one: the header asks for a picture in every message. */
export function findPicture(shop: Shop, item: MessageItem | undefined): string {
  const own = item?.imageUrl ?? ''
  return /^https?:\/\//.test(own) && !unreadable.test(own)
    ? own
    : `${baseOf(shop.storeUrl)}wp-content/plugins/woocommerce/assets/images/placeholder.png`
}

/** The rest of the product's address below the shop's, for templates whose button leads there; WordPress finds a product by ?p= as well. */
export function findShopPath(storeUrl: string | null, item: MessageItem | null): string {
  if (item === null) return '?post_type=product'
  const base = baseOf(storeUrl)
  const { permalink } = item
  const isBelow = storeUrl !== null && permalink?.startsWith(base) === true && permalink.length > base.length
  return isBelow ? permalink.slice(base.length) : `?p=${item.wcId}`
}

function baseOf(storeUrl: string | null): string {
  return `${storeUrl?.replace(/\/+$/, '') ?? ''}/`
}
