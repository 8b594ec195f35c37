import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audienceSchema, type Audience } from '../../src/campaigns/audience.ts'
import { audienceSql } from '../../src/campaigns/audience-sql.ts'
import { languageOfCountry } from '../../src/people/country-language.ts'
import type { Database } from '../../src/platform/database.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertPerson, insertShop, someMonday } from '../support/rows.ts'

let db: Database & AsyncDisposable
let shopId: number

beforeAll(async () => {
  db = await createTestDatabase()
  shopId = (await insertShop(db, someMonday)).shopId
})
afterAll(() => db[Symbol.asyncDispose]())

/** What the rules look at, of a root and the records merged into it. */
interface Somebody {
  country: string | null
  language: string | null
  consentSource: string | null
  records: {
    tags: string[]
    spentMinor: number | null
    interest: { categoryId: number; views: number; purchases: number }[]
  }[]
}

const tagNames = ['vip', 'wholesale', 'friend']
const countryNames = ['PT', 'BR', 'DE', 'ES', 'US', 'JP']
const languageNames = ['pt', 'de', 'es', 'en', 'fi']
const sources = ['keyword', 'button', 'api', 'import']

const somebody: fc.Arbitrary<Somebody> = fc.record({
  country: fc.option(fc.constantFrom(...countryNames), { nil: null }),
  language: fc.option(fc.constantFrom('pt', 'pt_BR', 'de-AT', 'fil', 'en'), { nil: null }),
  consentSource: fc.option(fc.constantFrom(...sources), { nil: null }),
  records: fc.array(
    fc.record({
      tags: fc.subarray(tagNames),
      spentMinor: fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
      interest: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }).chain((ids) =>
        fc.tuple(
          ...ids.map((categoryId) =>
            fc.record({
              categoryId: fc.constant(categoryId),
              views: fc.integer({ min: 0, max: 2 }),
              purchases: fc.integer({ min: 0, max: 1 }),
            }),
          ),
        ),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

const choice = fc.record(
  {
    tags: fc.subarray(tagNames),
    countries: fc.subarray(countryNames),
    languages: fc.subarray(languageNames),
    categoryIds: fc.subarray([1, 2, 3, 4]),
    consentSources: fc.subarray(sources),
  },
  { requiredKeys: [] },
)

const audience: fc.Arbitrary<Audience> = fc
  .record(
    {
      include: choice,
      exclude: choice,
      minSpentMinor: fc.option(fc.integer({ min: 0, max: 200 }), { nil: null }),
      maxSpentMinor: fc.option(fc.integer({ min: 200, max: 500 }), { nil: null }),
    },
    { requiredKeys: [] },
  )
  .map((given) => audienceSchema.parse(given))

/** The rules again, one person at a time. */
function isIn(person: Somebody, asked: Audience): boolean {
  const language = person.language?.split(/[-_]/)[0] ?? languageOfCountry(person.country) ?? null
  const facts: Record<string, unknown[]> = {
    tags: person.records.flatMap((record) => record.tags),
    countries: [person.country],
    languages: [language],
    categoryIds: person.records.flatMap((record) =>
      record.interest.filter((one) => one.views > 0 || one.purchases > 0).map((one) => one.categoryId),
    ),
    consentSources: [person.consentSource],
  }
  const matches = ([field, wanted]: [string, unknown[]]): boolean =>
    (facts[field] ?? []).some((fact) => fact !== null && wanted.includes(fact))
  const given = (lists: Audience['include']): [string, unknown[]][] =>
    Object.entries(lists as Record<string, unknown[]>).filter(([, wanted]) => wanted.length > 0)
  const spent = person.records.reduce((sum, record) => sum + (record.spentMinor ?? 0), 0)
  return (
    given(asked.include).every(matches) &&
    !given(asked.exclude).some(matches) &&
    (asked.minSpentMinor === null || spent >= asked.minSpentMinor) &&
    (asked.maxSpentMinor === null || spent <= asked.maxSpentMinor)
  )
}

async function insert(person: Somebody): Promise<number> {
  let rootId = 0
  for (const record of person.records) {
    const id = await insertPerson(db, shopId, someMonday)
    rootId = rootId === 0 ? id : rootId
    await db.execute(
      `update people set root_id = $2, merged_into = nullif($2, id), tags = $3, country = $4, language = $5, consent_source = $6 where id = $1`,
      [
        id,
        rootId,
        record.tags,
        // Only the root's own count; a merged record says something else.
        id === rootId ? person.country : 'FR',
        id === rootId ? person.language : 'fr',
        id === rootId ? person.consentSource : 'merge',
      ],
    )
    if (record.spentMinor !== null)
      await db.execute(
        `insert into person_purchases (person_id, shop_id, orders, spent_minor, updated_at) values ($1, $2, 1, $3, $4)`,
        [id, shopId, record.spentMinor, someMonday],
      )
    for (const one of record.interest)
      await db.execute(
        `insert into category_interest (person_id, category_id, shop_id, views, purchases) values ($1, $2, $3, $4, $5)`,
        [id, one.categoryId, shopId, one.views, one.purchases],
      )
  }
  return rootId
}

async function selectIn(asked: Audience): Promise<number[]> {
  const values: unknown[] = [shopId]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = audienceSql(asked, { personId: 'person.id', shopId: '$1' }, bind)
  const rows = await db.query<{ id: number }>(
    `select person.id from people person where person.shop_id = $1 and person.id = person.root_id and ${where} order by person.id`,
    values,
  )
  return rows.map((row) => row.id)
}

test('the audience in SQL agrees with the rules said one person at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(somebody, { minLength: 10, maxLength: 10 }),
      fc.array(audience, { minLength: 20, maxLength: 20 }),
      async (people, audiences) => {
        await db.execute('truncate people, person_purchases, category_interest')
        const ids: number[] = []
        for (const person of people) ids.push(await insert(person))
        for (const asked of audiences) {
          const expected = ids.filter((_, at) => isIn(people[at]!, asked))
          expect(await selectIn(asked)).toEqual(expected)
        }
      },
    ),
    { numRuns: 15 },
  )
})

test('an audience that asks nothing costs nothing', () => {
  const bind = (): string => {
    throw new Error('nothing to bind')
  }
  const names = { personId: 'p.id', shopId: '$1' }
  expect(audienceSql(audienceSchema.parse({}), names, bind)).toBe('true')
  expect(audienceSql(audienceSchema.parse({ include: { tags: [] }, exclude: {} }), names, bind)).toBe('true')
})
