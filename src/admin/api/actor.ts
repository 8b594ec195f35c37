import type { Actor } from '../../shops/audit-store.ts'

/** Who a change is put down to: the API has one token, so it has one name. */
export const actorOf = (now: Date): Actor => ({ name: 'api', now })
