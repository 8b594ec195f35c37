import { DateTime } from 'luxon'
import { listItems, type Page, type Query } from './list-items.ts'
import { renderCategory } from './render-others.ts'
import { RestError } from './rest-error.ts'
import { toBodies, type Body } from './rest-resource.ts'
import type { ShopDeps } from './shop-state.ts'
import { versions } from './woo-webhooks.ts'

/** GET /wp-json/: open to everybody. */
export function renderIndex({ site, clock }: ShopDeps): Body {
  const here = DateTime.fromJSDate(clock.now(), { zone: site.timeZone })
  return {
    name: site.name,
    description: '',
    url: site.url(),
    home: site.url(),
    gmt_offset: here.offset / 60,
    timezone_string: site.timeZone,
    namespaces: ['wc/v1', 'wc/v2', 'wc/v3', 'wc/store/v1', 'wp/v2'],
  }
}

export function renderSystemStatus({ site }: ShopDeps): Body {
  return {
    environment: { home_url: site.url(), version: versions.wooCommerce, wp_version: versions.wordPress },
    settings: {
      currency: site.currency,
      thousand_separator: site.priceDisplay.thousandSeparator,
      decimal_separator: site.priceDisplay.decimalSeparator,
      number_of_decimals: site.priceDisplay.decimals,
    },
  }
}

function settingsOf({ site }: ShopDeps): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    general: {
      woocommerce_currency: site.currency,
      woocommerce_price_num_decimals: String(site.priceDisplay.decimals),
      woocommerce_enable_coupons: site.hasCoupons ? 'yes' : 'no',
    },
    tax: {
      woocommerce_prices_include_tax: site.pricesIncludeTax ? 'yes' : 'no',
      woocommerce_tax_display_shop: site.priceDisplay.taxDisplay,
    },
    products: {
      woocommerce_manage_stock: 'yes',
      woocommerce_hold_stock_minutes: '60',
      woocommerce_notify_low_stock_amount: '2',
    },
  }
}

export function listSettings(deps: ShopDeps, group: string): Body[] {
  const settings = settingsOf(deps)[group]
  if (settings === undefined)
    throw new RestError(404, 'rest_setting_setting_group_invalid', 'Invalid setting group.')
  return Object.entries(settings).map(([id, value]) => ({ id, value, group_id: group }))
}

export function findSetting(deps: ShopDeps, group: string, id: string): Body {
  const setting = listSettings(deps, group).find((one) => one.id === id)
  if (setting === undefined) throw new RestError(404, 'rest_setting_setting_invalid', 'Invalid setting.')
  return setting
}

export function listCategories(deps: ShopDeps, query: Query): Page<Body> {
  const all = deps.state.categories.all().map((category) => ({ ...category, createdMs: 0, modifiedMs: null }))
  const page = listItems(all, query, deps.site.timeZone, {
    orderBys: { name: ({ name }) => name, slug: ({ slug }) => slug },
    defaultOrderBy: 'name',
    defaultOrder: 'asc',
    schema: {},
    keeps: () => true,
  })
  return toBodies(page, (category) => renderCategory(deps, category))
}
