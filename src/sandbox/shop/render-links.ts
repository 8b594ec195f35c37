import type { ShopDeps } from './shop-state.ts'

const allVerbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** `_links` of an object at `products/12`, below wc/v3. */
export function linksOf(
  { site }: Pick<ShopDeps, 'site'>,
  path: string,
  further: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const address = (below: string): string => `${site.url()}/wp-json/wc/v3/${below}`
  return {
    self: [{ href: address(path), targetHints: { allow: allVerbs } }],
    collection: [{ href: address(path.slice(0, path.lastIndexOf('/'))) }],
    ...Object.fromEntries(
      Object.entries(further).map(([relation, below]) => [relation, [{ href: address(below) }]]),
    ),
  }
}
