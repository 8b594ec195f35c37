import type { Database } from '../../src/platform/database.ts'
import type { Random } from '../../src/platform/random.ts'
import { shopSettingsSchema } from '../../src/shops/shop-settings.ts'
import { dayMs, type Campaign, type Kind, type PersonRecord, type Product, type World } from './world.ts'

// A shop with many people, all of whom look at much and ask for something, so that everything competes for everybody.

const start = Date.parse('2026-03-02T09:00:00Z')

const places: Pick<PersonRecord, 'country' | 'sendRegions'>[] = [
  { country: 'PT', sendRegions: ['PT|Europe/Lisbon'] },
  { country: 'PT', sendRegions: ['PT|Europe/Lisbon', 'PT|Atlantic/Azores'] },
  { country: 'BR', sendRegions: ['BR|America/Sao_Paulo'] },
  { country: 'IN', sendRegions: ['IN|Asia/Kolkata'] },
  { country: 'FR', sendRegions: ['FR|Europe/Paris'] },
  { country: 'US', sendRegions: ['US|America/New_York'] },
]

const kinds: Kind[] = ['back_in_stock', 'price_drop', 'new_arrivals', 'browse_reminder', 'we_miss_you']

export const perUnit = 3
/** Of each item, at any time. */
export const mostUnits = 4

export function buildBusyShop(options: { people: number; products: number }, random: Random): World {
  const base = 1_000_000
  const oneOf = <T>(list: readonly T[]): T => list[random.below(list.length)]!
  const people: PersonRecord[] = Array.from({ length: options.people }, (_, at) => ({
    id: base + at,
    // Every tenth record turned out to be the person before.
    rootId: base + (at % 10 === 9 ? at - 1 : at),
    ...oneOf(places),
    language: null,
    consent: random.below(10) === 0 ? oneOf(['unknown', 'opted_out', 'pending'] as const) : 'opted_in',
    consentAt: start - 200 * dayMs,
    consentSource: 'keyword',
    metaStop: random.below(40) === 0,
    pausedAt: null,
    handoffAt: null,
    tags: [],
    createdAt: start - (30 + random.below(400)) * dayMs,
  }))
  const products: Product[] = Array.from({ length: options.products }, (_, at) => ({
    id: base + at,
    wcId: base + at,
    parentId: null,
    kind: 'simple',
    itemKey: `id:${base + at}`,
    categoryIds: [11 + (at % 3)],
    priceMinor: 10_000,
    saleTo: null,
    stockManagedBy: at % 5 === 0 ? 'none' : 'own',
    quantity: at % 5 === 0 ? null : 1 + random.below(mostUnits),
    isInStock: true,
    isSellable: true,
    firstPublishedAt: start - random.below(40) * dayMs,
  }))
  const views = people.flatMap((person) =>
    Array.from({ length: 4 }, () => ({
      personId: person.id,
      productId: oneOf(products).id,
      at: start - random.below(20 * 24) * 3_600_000 - random.below(3_600_000),
      priceMinor: 10_000,
      isSoldOut: false,
    })),
  )
  return {
    shop: {
      id: 7,
      timeZone: 'Europe/Lisbon',
      currency: 'EUR',
      country: 'PT',
      settings: shopSettingsSchema.parse({ brakes: { bulkMinItems: 10_000 } }),
    },
    campaigns: kinds.map((kind, at) => campaign(kind, base + at)),
    people,
    products,
    views,
    alerts: [],
    orders: [],
    priceEvents: [],
    cycles: [],
    inbound: [],
    replies: [],
    messages: [],
    candidacies: [],
    runs: [],
    isShopAway: false,
    dailyRuns: [],
  }
}

function campaign(kind: Kind, id: number): Campaign {
  return {
    id,
    kind,
    isOn: true,
    onSince: start - 100 * dayMs,
    settings: kind === 'back_in_stock' ? { perUnit } : {},
    audience: {},
    holdoutBps: 1_000,
    variants: [],
  }
}

/** A few items sell out and come back, a few get cheaper, and people look and ask. */
export async function happenings(db: Database, world: World, random: Random, now: Date): Promise<void> {
  const some = (): number[] => world.products.map((product) => product.id).filter(() => random.below(4) === 0)
  const restocked = some()
  const before = new Date(now.getTime() - 5 * 60_000)
  await db.execute(
    `update stock_cycles set closed_at = $2 where product_id = any($1) and closed_at is null`,
    [restocked, before],
  )
  await db.execute(
    `insert into stock_cycles (shop_id, product_id, out_since, opened_at, seen_at, cause)
     select shop_id, id, $2::timestamptz - interval '1 hour', $2, $2, 'edit' from products where id = any($1)`,
    [restocked, before],
  )
  await db.execute(
    `with cut as (
       update products p set price_minor = greatest(100, p.price_minor * 8 / 10), updated_at = $2 from products old
       where p.id = any($1) and old.id = p.id returning p.id, p.shop_id, old.price_minor as was, p.price_minor as is_now)
     insert into price_events (shop_id, product_id, from_minor, to_minor, currency, source, at, seen_at)
     select shop_id, id, was, is_now, 'EUR', 'webhook', $2, $2 from cut where is_now < was`,
    [some(), before],
  )
  await askAndLook(db, world, random, now)
}

async function askAndLook(db: Database, world: World, random: Random, now: Date): Promise<void> {
  const pairs = world.people
    .filter(() => random.below(3) === 0)
    .map((person) => ({
      personId: person.id,
      productId: world.products[random.below(world.products.length)]!.id,
      kind: random.below(2) === 0 ? 'back_in_stock' : 'price_below',
    }))
  // Who opted out has asked for nothing since.
  await db.execute(
    `insert into alerts (shop_id, person_id, product_id, kind, any_variation, threshold_minor, source, asked_at, expires_at)
     select $1, w.id, u.product_id, u.kind, false, case u.kind when 'price_below' then 9000 end, 'chat', $5, $5::timestamptz + interval '20 days'
     from unnest($2::bigint[], $3::bigint[], $4::text[]) u(person_id, product_id, kind) join people w on w.id = u.person_id
       join people root on root.id = w.root_id
     where root.consent <> 'opted_out' on conflict do nothing`,
    [
      world.shop.id,
      pairs.map((pair) => pair.personId),
      pairs.map((pair) => pair.productId),
      pairs.map((pair) => pair.kind),
      now,
    ],
  )
  await db.execute(
    `insert into product_interest (person_id, product_id, shop_id, first_at, last_at, views, last_price_minor)
     select distinct u.person_id, u.product_id, $1::bigint, $4::timestamptz, $4::timestamptz, 1, p.price_minor
     from unnest($2::bigint[], $3::bigint[]) u(person_id, product_id) join products p on p.id = u.product_id
     on conflict (person_id, product_id) do update set last_at = excluded.last_at, last_price_minor = excluded.last_price_minor`,
    [world.shop.id, pairs.map((pair) => pair.personId), pairs.map((pair) => pair.productId), now],
  )
}
