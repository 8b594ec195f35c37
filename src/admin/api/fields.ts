import { z } from 'zod'

/** One of our ids in an answer or a body. */
export const id = z.int().positive()

/** One of our ids in a path or a query. */
export const idText = z.coerce.number<string>().int().positive()

/** A moment in an answer: ISO 8601 in UTC. */
export const time = z.iso.datetime()

/** A moment from a caller: ISO 8601 with Z or an offset. */
export const givenTime = z.iso.datetime({ offset: true })

/** A string from a caller that PostgreSQL takes: text columns refuse U+0000. */
export const text = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((value) => !value.includes('\0'), { message: 'must not contain U+0000' })

export const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true')

export const language = z
  .string()
  .regex(/^[a-z]{2,3}([_-][A-Za-z]{2,4})?$/, 'must be a language such as en or pt_BR')

/** Only what was given: Prisma tells a filter that is left out from one that is undefined. */
export function given<T extends object>(filters: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }
}
