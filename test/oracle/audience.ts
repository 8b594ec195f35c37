import type { Audience } from '../../src/campaigns/audience.ts'
import { ordersOf, personRecord, recordIdsOf, rootIdOf } from './people.ts'
import type { Campaign, Product, World } from './world.ts'

/** A variation is in the categories of its parent. */
export function categoriesOf(world: World, product: Product): number[] {
  const parent = world.products.find((other) => other.id === product.parentId)
  return parent === undefined ? product.categoryIds : parent.categoryIds
}

/** How often somebody viewed something of a category or bought it (order lines of orders that count), all records together. */
export function interestByCategory(world: World, rootId: number): Map<number, number> {
  const seen = world.views
    .filter((view) => rootIdOf(world, view.personId) === rootId)
    .map((view) => view.productId)
  const bought = ordersOf(world, rootId).flatMap((order) => order.productIds)
  const interest = new Map<number, number>()
  for (const productId of [...seen, ...bought]) {
    const product = world.products.find((one) => one.id === productId)!
    for (const category of categoriesOf(world, product))
      interest.set(category, (interest.get(category) ?? 0) + 1)
  }
  return interest
}

/** Paid items of orders that count, net of refunds, in the shop's currency. */
export function spentBy(world: World, rootId: number): number {
  return ordersOf(world, rootId)
    .filter((order) => order.paidAt !== null && order.currency === world.shop.currency)
    .reduce((sum, order) => sum + order.itemsMinor - order.refundedMinor, 0)
}

const languageOfCountry: Record<string, string> = {
  PT: 'pt',
  BR: 'pt',
  US: 'en',
  AU: 'en',
  IN: 'en',
  CL: 'es',
  FR: 'fr',
}

/** Of each list in `include` one entry must match; matching any entry of any list in `exclude` leaves a person out. */
export function isInAudience(world: World, campaign: Campaign, rootId: number): boolean {
  const root = personRecord(world, rootId)
  const facts: Record<string, unknown[]> = {
    tags: recordIdsOf(world, rootId).flatMap((id) => personRecord(world, id).tags),
    countries: [root.country],
    languages: [root.language ?? languageOfCountry[root.country ?? '']],
    categoryIds: [...interestByCategory(world, rootId).keys()],
    consentSources: [root.consentSource],
  }
  const isMet = ([name, wanted]: [string, unknown[]]): boolean =>
    facts[name]!.some((fact) => wanted.includes(fact))
  const asked = (choice: Partial<Audience['include']> = {}): [string, unknown[]][] =>
    Object.entries(choice as Record<string, unknown[]>).filter(([, wanted]) => wanted.length > 0)
  const { include, exclude, minSpentMinor, maxSpentMinor } = campaign.audience
  const spent = spentBy(world, rootId)
  return (
    asked(include).every(isMet) &&
    !asked(exclude).some(isMet) &&
    spent >= (minSpentMinor ?? Number.NEGATIVE_INFINITY) &&
    spent <= (maxSpentMinor ?? Number.POSITIVE_INFINITY)
  )
}
