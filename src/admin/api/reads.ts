import type { Database } from '../../platform/database.ts'

/** What the read side asks: Prisma, and only to find. */
export type Reads = Database['prisma']
