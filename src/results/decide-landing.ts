export interface Landing {
  /** The product's page as the shop names it; null: the shop's front page. */
  permalink: string | null
  storeUrl: string | null
  allowedOrigins: readonly string[]
  /** utm_medium: 'campaign' or 'alert'. */
  medium: string
  /** utm_campaign: the kind. */
  campaign: string | null
  token: string
}

/**
 * Where a link of ours leads: to the shop's own pages and nowhere else, with what the shop's statistics tell visits by. The token stands in
 * utm_content, which WooCommerce keeps with the order (connectors/woocommerce/read-order-parts.ts). Nothing when the shop has no address.
 */
export function decideLanding(landing: Landing): string | undefined {
  const front = readAddress(landing.storeUrl)
  const page = readAddress(landing.permalink)
  const isOwn = page !== undefined && ownOrigins(landing, front).includes(page.origin)
  const url = isOwn ? page : front
  if (url === undefined) return undefined
  url.searchParams.set('utm_source', 'whatsapp')
  url.searchParams.set('utm_medium', landing.medium)
  if (landing.campaign !== null) url.searchParams.set('utm_campaign', landing.campaign)
  url.searchParams.set('utm_content', landing.token)
  return url.href
}

function ownOrigins({ allowedOrigins }: Landing, front: URL | undefined): string[] {
  const allowed = allowedOrigins.flatMap((origin) => readAddress(origin)?.origin ?? [])
  return front === undefined ? allowed : [front.origin, ...allowed]
}

function readAddress(text: string | null): URL | undefined {
  if (text === null || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  url.username = ''
  url.password = ''
  return url
}
