import { createWorld, type World } from '../support/world.ts'

/** A world with the hub's API at hand, its daily run, and people who look at things without writing. */
export interface CampaignWorld extends World {
  api<T = unknown>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T>
  /** Seen in the storefront: nobody has written to us. */
  sees(phone: string, sku: string): Promise<void>
  /** The clock, set; what is due then is done. */
  at(time: string): Promise<void>
  /** What the schedule does at nine by the shop's clock; the clock must stand there. */
  nine(time: string): Promise<void>
  price(sku: string, regular: string): Promise<void>
  /** Several products, five of each. */
  products(skus: readonly string[]): Promise<void>
  /** The names of the templates that came, in order. */
  namesTo(phone: string): string[]
  /** The decision log of one campaign: person, state, reason. */
  decisions(kind: string): Promise<string[]>
}

export async function createCampaignWorld(now: string): Promise<CampaignWorld> {
  const world = await createWorld({ now })
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${world.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${world.apiToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const at = async (time: string): Promise<void> => {
    world.clock.set(new Date(time))
    await world.settle()
  }
  const { shop } = world.sandbox
  const kitchen = shop.addCategory('Kitchen')
  const addAll = async (given: readonly { sku: string; stock: number; name: string }[]): Promise<void> => {
    for (const { sku, stock, name } of given) {
      await shop.addProduct({
        name,
        sku,
        type: 'simple',
        status: 'publish',
        regular_price: '20.00',
        manage_stock: true,
        stock_quantity: stock,
        categories: [{ id: kitchen }],
      })
    }
    await world.settle()
  }
  return {
    ...world,
    api,
    at,
    // As in a real shop, everything is in some category.
    product: (sku, stock, name = sku) => addAll([{ sku, stock, name }]),
    products: (skus) => addAll(skus.map((sku) => ({ sku, stock: 5, name: sku }))),
    sees: async (phone, sku) => {
      await api('POST', '/v1/views', { phone, sku })
    },
    nine: async (time) => {
      await at(time)
      await world.app.schedule.beat(['daily-run'])
      await world.settle()
    },
    price: async (sku, regular) => {
      await world.sandbox.shop.setPrice(sku, { regular })
      await world.settle()
    },
    namesTo: (phone) => world.templatesTo(phone).map(({ content }) => String(content.name)),
    decisions: async (kind) => {
      const rows = await world.db.query<{ name: string; state: string; reason: string | null }>(
        `select w.first_name as name, l.state, l.reason from reengagement_log l join campaigns c on c.id = l.campaign_id
           join people w on w.id = l.person_id where c.kind = $1 order by l.id`,
        [kind],
      )
      return rows.map(({ name, state, reason }) =>
        [name, state, reason].filter((part) => part !== null).join(' '),
      )
    },
  }
}
