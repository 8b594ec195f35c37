import type { Sql, Tx } from '../platform/database.ts'

export async function saveSealedCredential(
  tx: Tx,
  row: { shopId: number; kind: string; sealed: Buffer; now: Date },
): Promise<void> {
  await tx.execute(
    `insert into shop_credentials (shop_id, kind, sealed, updated_at) values ($1, $2, $3, $4)
     on conflict (shop_id, kind) do update set sealed = excluded.sealed, updated_at = excluded.updated_at`,
    [row.shopId, row.kind, row.sealed, row.now],
  )
}

export async function findSealedCredential(
  sql: Sql,
  shopId: number,
  kind: string,
): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ sealed: Buffer }>(
    `select sealed from shop_credentials where shop_id = $1 and kind = $2`,
    [shopId, kind],
  )
  return row?.sealed
}
