import { sentenceOf } from '../../campaigns/reasons.ts'

/** Adds the sentence of a row's reason code. */
export function withReasonText<Row extends { reason: string | null }>(
  row: Row,
): Row & { reasonText: string | null } {
  return { ...row, reasonText: row.reason === null ? null : sentenceOf(row.reason) }
}
