import { z } from 'zod'
import type { Tx } from '../../platform/database.ts'
import type { Composing } from '../composing.ts'
import type { PersonalChoice } from '../personal-choice.ts'
import { findLastPurchase, listNewIn, listRecommended, saveChoice } from './personal-store.ts'

const mostProducts = 3
const dayMs = 86_400_000
const plannedSchema = z.object({ categoryId: z.number().int() })

/**
 * Chooses what a win-back names: the last purchase and up to three products that can be bought now and were not bought before; with
 * `newDays` those first published since then in the category found when it was planned. Kept with the candidacy.
 */
export async function choosePersonal(
  tx: Tx,
  about: Composing,
  options: { newDays?: number } = {},
): Promise<Composing> {
  const [first, ...others] = about.candidacies
  if (first === undefined) return about
  const planned = plannedSchema.safeParse(first.choice).data
  const choice: PersonalChoice & { categoryId?: number } = {
    ...planned,
    lastPurchase: await findLastPurchase(tx, first.personId),
    productIds: await chooseProducts(tx, about, { ...options, ...planned }),
  }
  await saveChoice(tx, first.id, choice)
  return { ...about, candidacies: [{ ...first, choice }, ...others] }
}

function chooseProducts(
  tx: Tx,
  { shop, person, now }: Composing,
  { newDays, categoryId }: { newDays?: number; categoryId?: number },
): Promise<number[]> {
  const who = { shopId: shop.id, personId: person.personId, limit: mostProducts }
  if (newDays === undefined || categoryId === undefined) return listRecommended(tx, who)
  return listNewIn(tx, { ...who, categoryId, since: new Date(now.getTime() - newDays * dayMs) })
}
