import { HubError } from '../../platform/errors.ts'
import type { Product } from '../../sandbox/shop/shop-state.ts'
import { closing, opening, talkOfTheTown, wishes } from './calendar.ts'
import { happens, type Role } from './cast.ts'
import { money, nameOf, soon, type Play } from './play.ts'

const dayMs = 86_400_000
const monthDays = 30

/** Everybody's own looks at the shop, spread over the half-year: seen by the shop's server, which tells the hub. */
export function planLooks(play: Play): void {
  const days = Math.floor((closing.getTime() - opening.getTime()) / dayMs)
  for (const role of play.cast) {
    for (let day = 1; day < days; day++) {
      if (role.random.below(monthDays * 10) >= role.looksPerMonth * 10) continue
      // Some time between ten and nine in the evening, by the quarter.
      const at = new Date(opening.getTime() + day * dayMs + role.random.below(44) * 15 * 60_000)
      play.agenda.plan(at, () => look(play, role), { isQuiet: true })
    }
  }
}

/** Some ask to be told: by chat when something is back, or through the shop when it costs no more than so much. */
export function planAsks(play: Play): void {
  const { agenda, stage, teller } = play
  for (const { at, country, nth, sku, belowMinor } of wishes) {
    const role = play.cast.filter((one) => one.country === country).at(nth)
    if (role === undefined) continue
    agenda.plan(at, async () => {
      play.asked.push({ personId: role.id, at })
      if (belowMinor === undefined)
        stage.sandbox.whatsapp.asksAbout(role.phone, sku, 'Tell me when it is back')
      else await play.api('POST', '/v1/alerts', { phone: role.phone, sku, priceBelowMinor: belowMinor })
      const wish = belowMinor === undefined ? 'it is back' : `it costs ${money(belowMinor)} or less`
      teller.people(`${role.called} asks to be told when ${wish}: ${nameOf(play, sku)}`)
    })
  }
}

async function look(play: Play, role: Role): Promise<void> {
  const product = chooseProduct(play, role)
  await play.api('POST', '/v1/views', { phone: role.phone, sku: product.sku })
  if (product.stockStatus === 'instock' && happens(role.random, Math.ceil(role.buys / 5)))
    play.agenda.plan(soon(play, 10), () => buy(play, role, { product }))
}

function chooseProduct({ stage }: Play, role: Role): Product {
  const { shop } = stage.sandbox
  const talk = talkOfTheTown(stage.clock.now())
  const sku = happens(role.random, 75) ? talk[role.random.below(Math.max(1, talk.length))] : undefined
  if (sku !== undefined) return shop.product(sku)
  const all = shop.products().filter(({ type, status }) => type === 'simple' && status === 'publish')
  const found = all[role.random.below(all.length)]
  if (found === undefined) throw new HubError('demo_shop_empty', 'The shop of the demo sells nothing.')
  return found
}

/** Buys one, if it can be had, and what follows in the days after. */
export async function buy(
  play: Play,
  role: Role,
  { product, couponCode }: { product: Product; couponCode?: string | undefined },
): Promise<void> {
  const { buyers, shop } = play.stage.sandbox
  const current = shop.product(product.id)
  if (current.stockStatus !== 'instock' || current.status !== 'publish') return
  const status = happens(role.random, 88) ? 'processing' : 'pending'
  const order = await buyers.buys(role.phone, {
    items: [{ product: current.id }],
    as: happens(role.random, 50) ? 'customer' : 'guest',
    status,
    ...(couponCode === undefined ? {} : { couponCode }),
  })
  const totalMinor = order.lines.reduce((sum, line) => sum + line.totalMinor, 0)
  const coupon = couponCode === undefined ? '' : `, with the coupon ${couponCode}`
  play.teller.people(`${role.called} buys ${order.lines[0]?.name ?? ''} for ${money(totalMinor)}${coupon}`)
  planAfterwards(play, role, { id: order.id, totalMinor, isPaid: status === 'processing' })
}

function planAfterwards(
  play: Play,
  role: Role,
  order: { id: number; totalMinor: number; isPaid: boolean },
): void {
  const { shop } = play.stage.sandbox
  const inDays = (days: number): Date => soon(play, days * 24 * 60)
  if (!order.isPaid && happens(role.random, 50)) {
    play.agenda.plan(inDays(2), async () => {
      await shop.setOrderStatus(order.id, 'cancelled')
    })
    return
  }
  play.agenda.plan(inDays(2), async () => {
    await shop.setOrderStatus(order.id, 'completed')
  })
  if (!happens(role.random, role.sendsBack)) return
  const isWhole = happens(role.random, 50)
  play.agenda.plan(inDays(4 + role.random.below(6)), async () => {
    const amountMinor = Math.round(order.totalMinor / 3)
    await shop.refund(order.id, isWhole ? {} : { amountMinor, restock: false })
    play.teller.people(
      `${role.called} ${isWhole ? 'sends it back' : 'gets a part back'}: ${money(isWhole ? order.totalMinor : amountMinor)}`,
    )
  })
}
