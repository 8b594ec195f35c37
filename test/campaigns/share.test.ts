import { expect, test } from 'vitest'
import { shareSql } from '../../src/campaigns/arbiter/decision-sql.ts'
import { shareOf, variantOf } from '../../src/campaigns/share.ts'
import { createTestDatabase } from '../support/database.ts'

test('a person’s share of a campaign is the same number in SQL and in TypeScript, and spread evenly', async () => {
  await using db = await createTestDatabase()
  const rows = await db.query<{ campaignId: number; personId: number; share: number }>(
    `select c.id as campaign_id, p.id as person_id, ${shareSql('holdout', 'c.id', 'p.id')} as share
     from generate_series(1::bigint, 5) c(id), generate_series(1::bigint, 1000) p(id)`,
  )
  for (const { campaignId, personId, share } of rows)
    expect(shareOf('holdout', campaignId, personId)).toBe(share)
  const tenth = rows.filter(({ share }) => share < 1_000).length
  expect(tenth).toBeGreaterThan(400)
  expect(tenth).toBeLessThan(600)
})

test('a person always gets the same wording of a campaign, by weight', () => {
  const variants = [
    { name: 'a', weight: 3 },
    { name: 'b', weight: 1 },
    { name: 'never', weight: 0 },
  ]
  const given = Array.from({ length: 4_000 }, (_, person) => variantOf(variants, 7, person))
  expect(Array.from({ length: 4_000 }, (_, person) => variantOf(variants, 7, person))).toEqual(given)
  const ofB = given.filter((name) => name === 'b').length
  expect(ofB).toBeGreaterThan(900)
  expect(ofB).toBeLessThan(1_100)
  expect(given).not.toContain('never')
  expect(variantOf([], 7, 1)).toBeNull()
})
