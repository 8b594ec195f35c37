import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { applyMigrations, migrationsFolder } from '../../src/platform/migrations.ts'
import { databaseUrl } from '../support/global-setup.ts'

let folder: string
let url: string
let client: pg.Client

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hub-migrations-'))
  write('20260101000000_one', 'CREATE TABLE one (id int); INSERT INTO one VALUES (1);')
  write('20260102000000_two', 'ALTER TABLE one ADD COLUMN name text;')
  const name = `migrations_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: inject('serverUrl') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  url = databaseUrl(inject('serverUrl'), name)
  client = new pg.Client({ connectionString: url })
  await client.connect()
})

afterEach(async () => {
  await client.end()
  rmSync(folder, { recursive: true })
})

function write(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'migration.sql'), sql)
}

async function recorded(): Promise<Record<string, unknown>[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    'SELECT * FROM _prisma_migrations ORDER BY started_at, migration_name',
  )
  return rows
}

test('migrations are applied in order and recorded the way Prisma does, and a second run applies nothing', async () => {
  expect(await applyMigrations(url, folder)).toEqual(['20260101000000_one', '20260102000000_two'])
  const rows = await recorded()
  expect(rows).toMatchObject([
    { migration_name: '20260101000000_one', applied_steps_count: 1, rolled_back_at: null, logs: null },
    { migration_name: '20260102000000_two', applied_steps_count: 1, rolled_back_at: null, logs: null },
  ])
  const bytes = readFileSync(join(folder, '20260101000000_one', 'migration.sql'))
  expect(rows[0]?.['checksum']).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(rows[0]?.['finished_at']).toBeInstanceOf(Date)
  expect(await applyMigrations(url, folder)).toEqual([])
  expect(await recorded()).toEqual(rows)
})

test('only what is new is applied, also after Prisma has applied the rest', async () => {
  await applyMigrations(url, folder)
  write('20260103000000_three', 'CREATE TABLE three (id int);')
  expect(await applyMigrations(url, folder)).toEqual(['20260103000000_three'])
})

test('a file that was changed after it had been applied is refused', async () => {
  await applyMigrations(url, folder)
  appendFileSync(join(folder, '20260101000000_one', 'migration.sql'), '\n-- a thought')
  await expect(applyMigrations(url, folder)).rejects.toMatchObject({ code: 'migration_changed' })
})

test('a failed migration stops the start, and the next start too, until somebody has looked', async () => {
  write('20260103000000_three', 'CREATE TABLE three (id int); SELECT 1/0;')
  write('20260104000000_four', 'CREATE TABLE four (id int);')
  await expect(applyMigrations(url, folder)).rejects.toMatchObject({ code: 'migration_failed' })
  expect((await recorded()).at(-1)).toMatchObject({
    finished_at: null,
    logs: expect.stringContaining('division by zero') as string,
  })
  await expect(applyMigrations(url, folder)).rejects.toMatchObject({ code: 'migration_unfinished' })
  const { rows } = await client.query("SELECT to_regclass('three') AS three, to_regclass('four') AS four")
  expect(rows).toEqual([{ three: null, four: null }])

  await client.query(
    "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '20260103000000_three'",
  )
  write('20260103000000_three', 'CREATE TABLE three (id int);')
  expect(await applyMigrations(url, folder)).toEqual(['20260103000000_three', '20260104000000_four'])
})

test('several processes that start at once apply each migration once', async () => {
  const applied = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(url, folder)))
  expect(applied.flat().sort()).toEqual(['20260101000000_one', '20260102000000_two'])
})

test("the project's own migrations apply to an empty database", async () => {
  const copy = join(folder, 'copy')
  cpSync(migrationsFolder, copy, { recursive: true })
  const applied = await applyMigrations(url, copy)
  expect(applied.length).toBeGreaterThan(0)
  expect(await applyMigrations(url)).toEqual([])
})
