import type { Database, Sql } from '../../src/platform/database.ts'
import { categoriesOf } from './audience.ts'
import type { Moment, World } from './world.ts'

// A whole shop in two statements: rows as JSON, one common table expression a table. What planners write (messages, candidacies, runs) is
// written once; everything else again whenever the world has moved.

type Row = Record<string, unknown>

const inputTables = [
  ...[
    'shops',
    'shop_settings',
    'meta_wabas',
    'phone_numbers',
    'campaigns',
    'people',
    'products',
    'product_views',
  ],
  ...['product_interest', 'person_purchases', 'category_interest', 'alerts', 'orders', 'order_lines'],
  ...['price_events', 'stock_cycles', 'stock_events', 'inbound_messages'],
]

const ownTables = ['messages', 'reengagement_log', 'message_candidacies']

const plannedTables = [...['campaign_runs', 'daily_runs', 'contact_budgets', 'coupons', 'audit_log']]

const clock = (at: Moment | null): string | null => (at === null ? null : new Date(at).toISOString())

/** Writes a world into a database in which nothing of this shop is left. */
export async function writeWorld(db: Database, world: World, now: Moment): Promise<void> {
  await insert(db, { ...inputRows(world, now), ...ownRows(world) }, [...inputTables, ...ownTables])
}

/** Brings people, products and what they did up to the world; what the planners have written stays. */
export async function rewriteInputs(db: Database, world: World, now: Moment): Promise<void> {
  await db.transaction(async (tx) => {
    await remove(tx, world, inputTables)
    await insert(tx, inputRows(world, now), inputTables)
  })
}

/** Takes the world out again, so that planners do not meet it later. */
export async function removeWorld(db: Database, world: World): Promise<void> {
  await remove(db, world, [...inputTables, ...ownTables, ...plannedTables])
}

/** What planners write gets higher ids than what was there before, as in life. */
export async function startIdsAbove(db: Database): Promise<void> {
  for (const table of ['messages', 'reengagement_log', 'campaign_runs'])
    await db.execute(`select setval(pg_get_serial_sequence('${table}', 'id'), 2000000000000)`)
}

async function insert(sql: Sql, rows: Record<string, Row[]>, tables: readonly string[]): Promise<void> {
  const filled = tables.filter((table) => (rows[table] ?? []).length > 0)
  const inserts = filled.map((table) => {
    // Columns that a world knows nothing of have their defaults.
    const columns = [...new Set((rows[table] ?? []).flatMap((row) => Object.keys(row)))].join(', ')
    const given = `jsonb_populate_recordset(null::${table}, $1::jsonb->'${table}')`
    return `in_${table} as (insert into ${table} (${columns}) select ${columns} from ${given})`
  })
  await sql.execute(`with ${inserts.join(', ')} select 1`, [JSON.stringify(rows)])
}

async function remove(sql: Sql, world: World, tables: readonly string[]): Promise<void> {
  const deletes = tables.map((table) => {
    const id = String(world.shop.id)
    const whose = table === 'shops' ? `id = ${id}` : `shop_id = ${id}`
    const which =
      table === 'message_candidacies'
        ? `candidacy_id in (select id from reengagement_log where ${whose})`
        : whose
    return `del_${table} as (delete from ${table} where ${which})`
  })
  await sql.execute(`with ${deletes.join(', ')} select 1`)
}

function inputRows(world: World, now: Moment): Record<string, Row[]> {
  const shopId = world.shop.id
  const stamped = { shop_id: shopId, created_at: clock(now), updated_at: clock(now) }
  return {
    ...shopRows(world, now),
    campaigns: world.campaigns.map((campaign) => ({
      ...stamped,
      id: campaign.id,
      kind: campaign.kind,
      is_on: campaign.isOn,
      on_since: clock(campaign.onSince),
      settings: campaign.settings,
      audience: campaign.audience,
      holdout_bps: campaign.holdoutBps,
      variants: campaign.variants,
      settings_version: 1,
    })),
    people: world.people.map((person) => ({
      ...stamped,
      id: person.id,
      public_id: `oracle-${person.id}`,
      root_id: person.rootId,
      merged_into: person.rootId === person.id ? null : person.rootId,
      first_name: 'Ana',
      language: person.language,
      country: person.country,
      send_regions: person.sendRegions,
      consent: person.consent,
      consent_at: clock(person.consentAt),
      consent_source: person.consentSource,
      meta_stop: person.metaStop,
      marketing_paused_at: clock(person.pausedAt),
      handoff_at: clock(person.handoffAt),
      tags: person.tags,
      last_inbound_at: clock(latest(world.inbound.filter((one) => one.personId === person.id))),
      created_at: clock(person.createdAt),
    })),
    ...productRows(world, now),
    ...interestRows(world),
    ...orderRows(world, now),
    inbound_messages: world.inbound.map((one, at) => ({
      id: shopId * 1_000 + at,
      shop_id: shopId,
      person_id: one.personId,
      phone_number_id: shopId,
      wamid: `in.${shopId}.${at}`,
      type: one.type,
      payload: '{}',
      at: clock(one.at),
      received_at: clock(one.at),
    })),
  }
}

function latest(rows: readonly { at: Moment }[]): Moment | null {
  return rows.length === 0 ? null : Math.max(...rows.map((row) => row.at))
}

function shopRows(world: World, now: Moment): Record<string, Row[]> {
  const { id, timeZone, currency, country, settings } = world.shop
  return {
    shops: [
      {
        id,
        key: `oracle-${id}`,
        name: 'Shop',
        time_zone: timeZone,
        currency,
        country,
        language: 'en',
        store_url: 'https://shop.example',
        allowed_origins: [],
        is_sandbox: true,
        created_at: clock(now),
        updated_at: clock(now),
      },
    ],
    shop_settings: [{ shop_id: id, version: 1, settings, created_at: clock(now), created_by: 'oracle' }],
    meta_wabas: [{ id, shop_id: id, app_id: 1, meta_id: `waba-${id}`, updated_at: clock(now) }],
    phone_numbers: [
      {
        id,
        shop_id: id,
        waba_id: id,
        meta_id: `number-${id}`,
        display_phone_number: '+351210000000',
        rate_per_second: 80,
        state: 'active',
        updated_at: clock(now),
      },
    ],
  }
}

function productRows(world: World, now: Moment): Record<string, Row[]> {
  const shopId = world.shop.id
  return {
    products: world.products.map((product) => ({
      id: product.id,
      shop_id: shopId,
      wc_id: product.wcId,
      parent_id: product.parentId,
      parent_wc_id: product.parentId,
      kind: product.kind,
      status: 'publish',
      is_visible: true,
      name: `Product ${product.id}`,
      retailer_id: `wc_${product.wcId}`,
      item_key: product.itemKey,
      category_ids: product.categoryIds,
      currency: world.shop.currency,
      price_minor: product.priceMinor,
      sale_to: clock(product.saleTo),
      stock_managed_by: product.stockManagedBy,
      stock_quantity: product.quantity,
      stock_status: product.isInStock ? 'instock' : 'outofstock',
      min_quantity: 1,
      is_in_stock: product.isInStock,
      is_sellable: product.isSellable,
      first_published_at: clock(product.firstPublishedAt),
      // Never heard of lately: the shop is asked each time.
      checked_at: null,
      modified_at: clock(now),
      created_at: clock(now),
      updated_at: clock(now),
    })),
    price_events: world.priceEvents.map((event) => ({
      id: event.id,
      shop_id: shopId,
      product_id: event.productId,
      from_minor: event.fromMinor,
      to_minor: event.toMinor,
      currency: world.shop.currency,
      source: 'webhook',
      at: clock(event.at),
      seen_at: clock(event.seenAt),
    })),
    stock_cycles: world.cycles.map((cycle) => ({
      id: cycle.id,
      shop_id: shopId,
      product_id: cycle.productId,
      out_since: clock(cycle.outSince),
      opened_at: clock(cycle.openedAt),
      seen_at: clock(cycle.seenAt),
      closed_at: clock(cycle.closedAt),
      cause: 'edit',
    })),
  }
}

function interestRows(world: World): Record<string, Row[]> {
  const shopId = world.shop.id
  return {
    product_views: world.views.map((view, at) => ({
      id: shopId * 1_000 + at,
      shop_id: shopId,
      person_id: view.personId,
      product_id: view.productId,
      kind: 'view',
      source: 'chat',
      source_key: `view-${shopId}-${at}`,
      price_minor: view.priceMinor,
      currency: world.shop.currency,
      in_stock: !view.isSoldOut,
      at: clock(view.at),
      received_at: clock(view.at),
    })),
    product_interest: groups(world.views, (view) => `${view.personId}:${view.productId}`).map((views) => {
      const newestFirst = views.toSorted((one, other) => other.at - one.at)
      return {
        person_id: views[0]!.personId,
        product_id: views[0]!.productId,
        shop_id: shopId,
        first_at: clock(newestFirst.at(-1)!.at),
        last_at: clock(newestFirst[0]!.at),
        last_sold_out_at: clock(latest(views.filter((view) => view.isSoldOut))),
        views: views.length,
        last_price_minor: newestFirst.find((view) => view.priceMinor !== null)?.priceMinor ?? null,
      }
    }),
    category_interest: categoryRows(world),
    alerts: world.alerts.map((alert) => ({
      id: alert.id,
      shop_id: shopId,
      person_id: alert.personId,
      product_id: alert.productId,
      kind: alert.kind,
      any_variation: alert.anyVariation,
      threshold_minor: alert.thresholdMinor,
      source: 'chat',
      asked_at: clock(alert.askedAt),
      expires_at: clock(alert.expiresAt),
      ended_at: clock(alert.endedAt),
      end_reason: alert.endedAt === null ? null : 'removed',
    })),
  }
}

function groups<T>(rows: readonly T[], keyOf: (row: T) => string): T[][] {
  const found = new Map<string, T[]>()
  for (const row of rows) found.set(keyOf(row), [...(found.get(keyOf(row)) ?? []), row])
  return [...found.values()]
}

function categoryRows(world: World): Row[] {
  const inCategories = (personId: number, productId: number, what: 'views' | 'purchases') =>
    categoriesOf(
      world,
      world.products.find((product) => product.id === productId)!,
    ).map((categoryId) => ({
      personId,
      categoryId,
      what,
    }))
  const all = [
    ...world.views.flatMap((view) => inCategories(view.personId, view.productId, 'views')),
    ...world.orders
      .filter((order) => order.counts)
      .flatMap((order) => order.productIds.flatMap((id) => inCategories(order.personId, id, 'purchases'))),
  ]
  return groups(all, (one) => `${one.personId}:${one.categoryId}`).map((rows) => ({
    person_id: rows[0]!.personId,
    category_id: rows[0]!.categoryId,
    shop_id: world.shop.id,
    views: rows.filter((row) => row.what === 'views').length,
    purchases: rows.filter((row) => row.what === 'purchases').length,
  }))
}

function orderRows(world: World, now: Moment): Record<string, Row[]> {
  const shopId = world.shop.id
  const wcIdsOf = (id: number): { product_wc_id: number; variation_wc_id: number | null } => {
    const product = world.products.find((one) => one.id === id)!
    return product.kind === 'variation'
      ? { product_wc_id: product.parentId!, variation_wc_id: product.wcId }
      : { product_wc_id: product.wcId, variation_wc_id: null }
  }
  return {
    orders: world.orders.map((order) => ({
      id: order.id,
      shop_id: shopId,
      wc_id: order.id,
      number: String(order.id),
      status: order.counts ? 'processing' : 'cancelled',
      counts: order.counts,
      person_id: order.personId,
      currency: order.currency,
      total_minor: order.itemsMinor,
      items_minor: order.itemsMinor,
      refunded_minor: order.refundedMinor,
      coupon_codes: [],
      placed_at: clock(order.placedAt),
      paid_at: clock(order.paidAt),
      modified_at: clock(order.placedAt),
      created_at: clock(now),
      updated_at: clock(now),
    })),
    order_lines: world.orders.flatMap((order) =>
      order.productIds.map((productId, at) => ({
        id: order.id * 10 + at,
        shop_id: shopId,
        order_id: order.id,
        wc_line_id: at,
        ...wcIdsOf(productId),
        name: 'x',
        quantity: 1,
        total_minor: 1,
      })),
    ),
    person_purchases: groups(
      world.orders.filter((order) => order.counts),
      (order) => String(order.personId),
    ).map((orders) => {
      const paid = orders.filter((order) => order.paidAt !== null)
      const times = orders.map((order) => order.placedAt)
      return {
        person_id: orders[0]!.personId,
        shop_id: shopId,
        orders: paid.length,
        first_order_at: clock(Math.min(...times)),
        last_order_at: clock(Math.max(...times)),
        spent_minor: paid
          .filter((order) => order.currency === world.shop.currency)
          .reduce((sum, order) => sum + order.itemsMinor - order.refundedMinor, 0),
        updated_at: clock(now),
      }
    }),
  }
}

function ownRows(world: World): Record<string, Row[]> {
  const shopId = world.shop.id
  const replies = world.replies.map((reply, at) => ({
    ...messageRow(world, shopId * 1_000 + at, reply.personId, clock(reply.at)),
    purpose: 'reply',
    lane: 0,
    state: 'accepted',
    due_at: clock(reply.at),
  }))
  return {
    messages: [
      ...replies,
      ...world.messages.map((message) => ({
        ...messageRow(world, message.id, message.personId, clock(message.dueAt)),
        purpose: message.purpose,
        lane: message.purpose === 'alert' ? 1 : 2,
        state: message.state,
        due_at: clock(message.dueAt),
        started_at: clock(message.startedAt),
        counted_at: clock(message.countedAt),
      })),
    ],
    message_candidacies: world.candidacies.map((candidacy) => ({
      message_id: candidacy.messageId,
      candidacy_id: candidacy.id,
    })),
    reengagement_log: world.candidacies.map((candidacy) => ({
      id: candidacy.id,
      shop_id: shopId,
      campaign_id: candidacy.campaignId,
      person_id: candidacy.personId,
      product_id: candidacy.productId,
      item_key: candidacy.itemKey,
      occasion: candidacy.occasion,
      run_id: candidacy.runId,
      trigger: candidacy.trigger,
      value: candidacy.value,
      rank: candidacy.rank,
      interest_at: clock(candidacy.interestAt),
      settings_version: 1,
      reference_minor: candidacy.referenceMinor,
      price_minor: candidacy.priceMinor,
      reservations: 1,
      state: candidacy.state,
      reason_count: 0,
      message_id: candidacy.messageId,
      expires_at: clock(candidacy.expiresAt),
      considered_at: clock(candidacy.consideredAt),
      updated_at: clock(candidacy.consideredAt),
    })),
  }
}

function messageRow(world: World, id: number, personId: number, at: string | null): Row {
  return {
    id,
    shop_id: world.shop.id,
    person_id: personId,
    phone_number_id: world.shop.id,
    callback_id: `oracle-${world.shop.id}-${id}`,
    attempt: 1,
    created_at: at,
  }
}
