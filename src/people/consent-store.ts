import type { Sql, Tx } from '../platform/database.ts'
import { storableTextOrNull } from './storable-text.ts'

export interface ConsentEntry {
  shopId: number
  personId: number
  purpose: 'marketing' | 'alert' | 'meta'
  state: string
  how: string
  alertId?: number | null
  wording?: string | null
  language?: string | null
  proof?: unknown
  at: Date
}

/** Append-only. */
export async function insertConsentLog(tx: Tx, entry: ConsentEntry): Promise<void> {
  await tx.execute(
    `insert into consent_log (shop_id, person_id, purpose, state, how, alert_id, wording, language, proof, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.shopId,
      entry.personId,
      entry.purpose,
      entry.state,
      entry.how,
      entry.alertId ?? null,
      storableTextOrNull(entry.wording, 1000),
      entry.language ?? null,
      entry.proof === undefined ? null : JSON.stringify(entry.proof),
      entry.at,
    ],
  )
}

/** How each person last opted in. */
export async function listLastOptIns(sql: Sql, personIds: readonly number[]): Promise<Map<number, string>> {
  const rows = await sql.query<{ personId: number; how: string }>(
    `select distinct on (person_id) person_id, how from consent_log
     where person_id = any($1) and purpose = 'marketing' and state = 'opted_in' order by person_id, id desc`,
    [personIds],
  )
  return new Map(rows.map((row) => [row.personId, row.how]))
}
