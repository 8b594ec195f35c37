import { z } from 'zod'
import type { Tx } from '../../platform/database.ts'
import type { Composing } from '../composing.ts'
import type { PersonalChoice } from '../personal-choice.ts'
import {
  listLastPurchases,
  listLatest,
  listNewIn,
  listViewed,
  saveChoices,
  type ProductWish,
} from './personal-store.ts'

const mostProducts = 3
const dayMs = 86_400_000
const plannedSchema = z.object({ categoryId: z.number().int() })

/**
 * Chooses what win-backs name: the last purchase and up to three products that can be bought now and were not bought before; with `newDays`
 * those first published since then in the category found when it was planned. Kept with the candidacies.
 */
export async function choosePersonal(
  tx: Tx,
  abouts: readonly Composing[],
  options: { newDays?: number } = {},
): Promise<Composing[]> {
  const planned = abouts.map((about) => ({
    about,
    planned: plannedSchema.safeParse(about.candidacies[0].choice).data,
  }))
  const lastPurchases = await listLastPurchases(
    tx,
    abouts.map(({ person }) => person.personId),
  )
  const products = await chooseProducts(tx, planned, options)
  const chosen = planned.map(({ about, planned: kept }) => {
    const [first, ...others] = about.candidacies
    const choice: PersonalChoice & { categoryId?: number } = {
      ...kept,
      lastPurchase: lastPurchases.get(about.person.personId) ?? null,
      productIds: products.get(first.id) ?? [],
    }
    return { ...about, candidacies: [{ ...first, choice }, ...others] satisfies Composing['candidacies'] }
  })
  await saveChoices(
    tx,
    chosen.map(({ candidacies: [first] }) => first),
  )
  return chosen
}

interface Planned {
  about: Composing
  planned: { categoryId: number } | undefined
}

/** By candidacy. */
async function chooseProducts(
  tx: Tx,
  planned: readonly Planned[],
  { newDays }: { newDays?: number },
): Promise<Map<number, number[]>> {
  const [any] = planned
  if (any === undefined) return new Map()
  const { shop, now } = any.about
  const which = { shopId: shop.id, limit: mostProducts }
  const wishes = planned.map(({ about, planned: kept }) => ({
    id: about.candidacies[0].id,
    personId: about.person.personId,
    categoryId: newDays === undefined ? undefined : kept?.categoryId,
  }))
  const inCategory = wishes.flatMap((wish) =>
    wish.categoryId === undefined ? [] : [{ ...wish, categoryId: wish.categoryId }],
  )
  const since = new Date(now.getTime() - (newDays ?? 0) * dayMs)
  const fresh = await listNewIn(tx, inCategory, { ...which, since })
  const anything = wishes.filter((wish) => wish.categoryId === undefined)
  return new Map([...fresh, ...(await recommend(tx, anything, which))])
}

/** What each looked at last; where that is too little, the latest beside it. */
async function recommend(
  tx: Tx,
  wishes: readonly ProductWish[],
  which: { shopId: number; limit: number },
): Promise<Map<number, number[]>> {
  const viewed = await listViewed(tx, wishes, which)
  const viewedBy = ({ id }: ProductWish): number[] => viewed.get(id) ?? []
  const short = wishes.filter((wish) => viewedBy(wish).length < which.limit)
  // What is among the latest may be among the viewed as well.
  const latest = await listLatest(tx, short, { ...which, limit: 2 * which.limit })
  for (const wish of short) {
    const both = new Set([...viewedBy(wish), ...(latest.get(wish.id) ?? [])])
    viewed.set(wish.id, [...both].slice(0, which.limit))
  }
  return viewed
}
