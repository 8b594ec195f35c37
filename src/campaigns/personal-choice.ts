import { z } from 'zod'

/** What was chosen for one person when a win-back was planned; written to the log beside the candidacy. */
export const personalChoiceSchema = z.object({
  /** The name of what they bought last; null: nothing known. */
  lastPurchase: z.string().nullable(),
  /** Products they have not bought, the most fitting first. */
  productIds: z.array(z.number().int()),
})

export type PersonalChoice = z.infer<typeof personalChoiceSchema>

/** The choice as the log holds it; an empty one where it holds something else. */
export function readPersonalChoice(choice: unknown): PersonalChoice {
  const parsed = personalChoiceSchema.safeParse(choice)
  return parsed.success ? parsed.data : { lastPurchase: null, productIds: [] }
}
