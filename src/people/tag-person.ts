import type { Tx } from '../platform/database.ts'
import { writeAudit, type Actor } from '../shops/audit-store.ts'
import { lockPerson } from './person-store.ts'
import { listTags, saveTags } from './tag-store.ts'

/** Replaces the tags of a person, all merged records being one. Lower case, each once, in order of the alphabet. */
export async function tagPerson(
  tx: Tx,
  which: { shopId: number; personId: number; tags: readonly string[] },
  by: Actor,
): Promise<{ personId: number; tags: string[] }> {
  const { id } = await lockPerson(tx, which.personId)
  const tags = [...new Set(which.tags.map((tag) => tag.trim().toLowerCase()))].sort()
  const before = await listTags(tx, id)
  if (before.join('\n') === tags.join('\n')) return { personId: id, tags }
  await saveTags(tx, id, tags, by.now)
  const subject = `person:${id}`
  const entry = { shopId: which.shopId, action: 'person.tags', subject, before, after: tags }
  await writeAudit(tx, entry, by)
  return { personId: id, tags }
}
