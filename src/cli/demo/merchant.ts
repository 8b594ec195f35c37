import { calendar, type ShopEvent } from './calendar.ts'
import { nameOf, type Play } from './play.ts'

/** Puts the merchant's half-year on the agenda. */
export function planMerchant(play: Play): void {
  for (const { at, event } of calendar) play.agenda.plan(at, () => carryOut(play, event))
}

async function carryOut(play: Play, event: ShopEvent): Promise<void> {
  const { teller } = play
  const { shop } = play.stage.sandbox
  switch (event.kind) {
    case 'restock':
      await shop.setStock(event.sku, event.quantity)
      teller.shop(`${nameOf(play, event.sku)} is back: ${event.quantity}`)
      return
    case 'price':
      await shop.setPrice(event.sku, event)
      teller.shop(`${nameOf(play, event.sku)}: ${event.about}`)
      return
    case 'sale_by_date':
      return enterSale(play, event)
    case 'arrival':
      await addArrival(play, event)
      teller.shop(`new: ${event.name}, ${event.price} €`)
      return
    case 'everything_cheaper':
      return cutPrices(play, event)
    case 'approve':
      return approveHeld(play)
    case 'refuse':
      return refuseHeld(play)
  }
}

/** Entered on one day, in force from another: the shop's own job changes the prices at midnight. */
async function enterSale(play: Play, sale: Extract<ShopEvent, { kind: 'sale_by_date' }>): Promise<void> {
  const { shop } = play.stage.sandbox
  for (const sku of sale.skus) {
    const regular = Number(shop.product(sku).regularPrice)
    await shop.changeProduct(sku, {
      sale_price: ((regular * (100 - sale.percent)) / 100).toFixed(2),
      date_on_sale_from: sale.from,
      date_on_sale_to: sale.to,
    })
  }
  play.teller.shop(
    `a sale is entered for ${sale.from.slice(0, 10)}: ${sale.percent} % off ${sale.skus.length} products`,
  )
  for (const local of [sale.from, sale.to]) {
    play.agenda.plan(new Date(`${local}+01:00`), async () => {
      const isStart = local === sale.from
      // The shop's job at midnight changes the prices; its webhook is lost, and the date alone must do.
      await shop.runDueSales({ isSilent: isStart })
      play.teller.shop(isStart ? 'the sale begins, and no webhook tells of it' : 'the sale is over')
    })
  }
}

async function addArrival(play: Play, arrival: Extract<ShopEvent, { kind: 'arrival' }>): Promise<void> {
  const { shop } = play.stage.sandbox
  const sibling = shop.products().find(({ sku }) => sku.startsWith(arrival.sku.slice(0, 4)))
  await shop.addProduct({
    name: arrival.name,
    sku: arrival.sku,
    type: 'simple',
    status: 'publish',
    regular_price: arrival.price,
    manage_stock: true,
    stock_quantity: 40,
    categories: (sibling?.categoryIds ?? []).map((id) => ({ id })),
  })
}

async function cutPrices(
  play: Play,
  { percent, skus }: { percent: number; skus: readonly string[] },
): Promise<void> {
  const { shop } = play.stage.sandbox
  for (const sku of skus) {
    const regular = Number(shop.product(sku).regularPrice)
    await shop.setPrice(sku, { sale: ((regular * (100 - percent)) / 100).toFixed(2) })
  }
  play.teller.shop(`${percent} % off ${skus.length} products at once`)
}

async function approveHeld(play: Play): Promise<void> {
  const held = await listHeld(play)
  await play.api('POST', '/v1/runs/approve-all')
  play.held.approved += held.length
  play.teller.shop(`“Yes, that sale was meant.” ${held.length} held runs may go.`)
}

async function listHeld(play: Play): Promise<{ id: string }[]> {
  const { items } = (await play.api('GET', '/v1/runs?state=held')) as { items: { id: string }[] }
  return items
}

async function refuseHeld(play: Play): Promise<void> {
  const held = await listHeld(play)
  for (const { id } of held) await play.api('POST', `/v1/runs/${id}/refuse`)
  play.held.refused += held.length
  play.teller.shop(`“No, that price was a slip.” ${held.length} held run refused.`)
}
