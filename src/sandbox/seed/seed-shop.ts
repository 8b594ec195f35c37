import { createSeededRandom } from '../../platform/random.ts'
import type { NewPerson } from '../graph/whatsapp-control.ts'
import type { ShopDeps, ShopRequest } from '../shop/shop-state.ts'
import { seedOrders } from './seed-orders.ts'
import { seedPeople } from './seed-people.ts'
import { seedProducts } from './seed-products.ts'

const seed = 1974

/** Fills an empty sandbox, always the same but for the times, which are counted back from now. Nothing is sent to anybody. */
export function seedShop(deps: ShopDeps, addPerson: (person: NewPerson) => unknown): void {
  const random = createSeededRandom(seed)
  const request: ShopRequest = { ...deps, random, fire: () => undefined }
  deps.state.together(() => {
    seedProducts(request)
    seedPeople(request, random, addPerson)
    seedOrders(request, random)
  })
}
