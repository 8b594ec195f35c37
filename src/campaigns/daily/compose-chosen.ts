import type { Content } from '../../outbox/message.ts'
import type { Composed, Composing } from '../composing.ts'
import { readPersonalChoice } from '../personal-choice.ts'

/** Composes what something was chosen for; of the rest all was sold out or taken off the shelf since it was planned. */
export async function composeChosen(
  abouts: readonly Composing[],
  compose: (found: readonly Composing[]) => Promise<readonly Content[]>,
): Promise<Composed[]> {
  const found = abouts.filter(
    ({ candidacies }) => readPersonalChoice(candidacies[0].choice).productIds.length > 0,
  )
  const contents = await compose(found)
  const contentOf = new Map(found.map((about, at) => [about, contents[at]]))
  return abouts.map((about) => contentOf.get(about) ?? { kind: 'suppress', reason: 'not_sellable' })
}
