import type { Tx } from '../platform/database.ts'
import { insertLinks } from './message-store.ts'

/** Says which candidacies a message answers: many to many. A link that exists stays one. */
export async function linkCandidacies(
  tx: Tx,
  links: readonly { candidacyId: number; messageId: number }[],
): Promise<void> {
  if (links.length > 0) await insertLinks(tx, links)
}
