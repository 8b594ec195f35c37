import type { Tx } from '../platform/database.ts'

/** Meta said that this person gets too much at once (131056): nothing goes to them before `until`, whatever it is. */
export async function holdContact(
  tx: Tx,
  hold: { phoneNumberId: number; personId: number; until: Date; now: Date },
): Promise<void> {
  await tx.execute(
    `insert into contact_pace (phone_number_id, root_id, level, at, not_before, failures)
     select $1, coalesce((select root_id from people where id = $2), $2), 0, $4, $3, 1
     on conflict (phone_number_id, root_id) do update set level = 0, at = greatest(contact_pace.at, excluded.at),
       not_before = greatest(contact_pace.not_before, excluded.not_before), failures = contact_pace.failures + 1`,
    [hold.phoneNumberId, hold.personId, hold.until, hold.now],
  )
}
