import type { Sql, Tx } from '../platform/database.ts'

/** Of a person (root) with all merged records. */
export async function listTags(sql: Sql, rootId: number): Promise<string[]> {
  const rows = await sql.query<{ tag: string }>(
    `select distinct tag from people record, unnest(record.tags) tag where record.root_id = $1`,
    [rootId],
  )
  return rows.map((row) => row.tag).sort()
}

/** On the root alone, so that a tag taken away is not left on a merged record. */
export async function saveTags(tx: Tx, rootId: number, tags: readonly string[], now: Date): Promise<void> {
  await tx.execute(
    `update people set tags = case when id = $1 then $2::text[] else '{}' end, updated_at = $3
     where root_id = $1 and (id = $1 or tags <> '{}')`,
    [rootId, tags, now],
  )
}
