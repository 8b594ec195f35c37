import type { LoggedMessage } from '../../sandbox/graph/graph-state.ts'
import type { Product } from '../../sandbox/shop/shop-state.ts'
import { happens, type Role } from './cast.ts'
import { soon, type Play } from './play.ts'
import { buy } from './shoppers.ts'
import { productsOfferedIn } from './witness.ts'

const thanks = ['Obrigada!', 'Boa!', 'ok', 'que bom', '👍', 'Nice, thank you']

/** What somebody does about a message of the shop's that has come: read it, tap on it, buy, answer, or have had enough. */
export function planReactions(play: Play, role: Role, message: LoggedMessage): void {
  const { random } = role
  const { whatsapp } = play.stage.sandbox
  // Drawn at once and in this order, whatever is done with them.
  const leaves = happens(random, role.leaves)
  const reads = happens(random, role.reads)
  const taps = happens(random, role.taps)
  const replies = happens(random, role.replies)
  const word = thanks[random.below(thanks.length)] ?? 'ok'
  if (leaves) {
    play.agenda.plan(soon(play, 30), () => leave(play, role, message))
    return
  }
  if (!reads) return
  play.agenda.plan(soon(play, 20 + random.below(180)), async () => {
    whatsapp.reads(role.phone, message.id)
    if (taps) await tap(play, role, message)
    if (replies) {
      play.agenda.plan(soon(play, 20), () => {
        whatsapp.writes(role.phone, word)
        play.teller.people(`${role.called} answers “${word}”`)
      })
    }
  })
}

/** By the template's button, or in so many words. */
function leave(play: Play, role: Role, message: LoggedMessage): void {
  const { whatsapp } = play.stage.sandbox
  if (message.type === 'template' && happens(role.random, 50))
    whatsapp.taps(role.phone, message.id, 'HUB_OPT_OUT')
  else whatsapp.writes(role.phone, happens(role.random, 50) ? 'STOP' : 'Stop!')
  play.teller.people(`${role.called} says stop`)
}

async function tap(play: Play, role: Role, message: LoggedMessage): Promise<void> {
  const { buyers } = play.stage.sandbox
  const visit = await buyers.opens(role.phone, { message: message.id })
  if (!happens(role.random, role.buys)) return
  const { shop } = play.stage.sandbox
  const named = productsOfferedIn(shop.products(), message).find(({ type }) => type !== 'variable')
  const product = named ?? wantedAt(play, role, visit.landing)
  const couponCode = buyers.couponCode(message.id)
  if (product !== undefined) play.agenda.plan(soon(play, 10), () => buy(play, role, { product, couponCode }))
}

/** What the page shows; of a product with variations one that can be had; on the shop's front page, anything. */
function wantedAt({ stage }: Play, role: Role, landing: string): Product | undefined {
  const { shop } = stage.sandbox
  const slug = /\/product\/([^/?]+)/.exec(landing)?.[1]
  const all = shop
    .products()
    .filter(({ status, stockStatus }) => status === 'publish' && stockStatus === 'instock')
  const shown = all.find((product) => product.slug === slug && product.type !== 'variation')
  if (shown?.type === 'simple') return shown
  if (shown !== undefined) return all.find(({ parentId }) => parentId === shown.id)
  const simple = all.filter(({ type }) => type === 'simple')
  return simple[role.random.below(simple.length)]
}
