import type { MovableClock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/log.ts'
import type { Buyers } from '../buyers/buyers.ts'
import type { WhatsAppControl } from '../graph/whatsapp-control.ts'
import type { Fields } from '../read-values.ts'
import type { ShopControl } from '../shop/shop-control.ts'
import type { Store } from '../store.ts'

export interface ControlDeps {
  whatsapp: WhatsAppControl
  shop: ShopControl
  buyers: Buyers
  clock: MovableClock
  store: Store
  settle: () => Promise<void>
  log: Logger
}

/** One control: what is in the path's `:names`, what was posted, what is answered as JSON. */
export interface Control {
  method: 'GET' | 'POST'
  path: string
  about: string
  run: (deps: ControlDeps, given: Given) => unknown
}

export interface Given {
  path: Readonly<Record<string, string>>
  body: Fields
}
