import { z } from 'zod'
import { id, idText } from './fields.ts'
import { plain, type Plain } from './plain.ts'

/** By key and not by number of page: rows that are added meanwhile neither repeat nor hide others. */
export const pageQuery = {
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  after: idText.optional().meta({ description: 'The nextAfter of the page before.' }),
  order: z.enum(['newest', 'oldest']).default('newest'),
}

export type Page = z.output<z.ZodObject<typeof pageQuery>>

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    nextAfter: id.nullable().meta({ description: 'Null on the last page.' }),
  })

/** The part of a Prisma query that reads a page, and one row more to see whether there is another. */
export function keyset(page: Page): {
  take: number
  where: { id?: { lt: number } | { gt: number } }
  orderBy: { id: 'asc' | 'desc' }
} {
  const isNewestFirst = page.order === 'newest'
  const after = page.after
  return {
    take: page.limit + 1,
    where: after === undefined ? {} : { id: isNewestFirst ? { lt: after } : { gt: after } },
    orderBy: { id: isNewestFirst ? 'desc' : 'asc' },
  }
}

export function toPage<Row extends { id: bigint }>(
  rows: Row[],
  page: Page,
): { items: Plain<Row>[]; nextAfter: number | null } {
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const isLastPage = rows.length <= page.limit || last === undefined
  return { items: shown.map(plain), nextAfter: isLastPage ? null : Number(last.id) }
}
