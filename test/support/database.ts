import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { databaseUrl } from './global-setup.ts'
import { prepareStatements } from './prepared-statements.ts'

/** A fresh, migrated database of the caller's own, dropped when disposed (`await using`). `prepares`: see prepareStatements. */
export async function createTestDatabase({ prepares = false, poolSize = 10 } = {}): Promise<
  Database & AsyncDisposable
> {
  const serverUrl = inject('serverUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE hub_template STRATEGY file_copy`)
  const database = openDatabase(databaseUrl(serverUrl, name), { poolSize })
  if (prepares) prepareStatements(database)
  const dispose = async (): Promise<void> => {
    await database.close()
    await onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(database),
      [Symbol.asyncDispose]: { value: dispose },
    },
  ) as Database & AsyncDisposable
}

// Cloning a template refuses to run beside another clone's connection to it, so it is tried again for a while.
async function onServer(serverUrl: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await admin.query(statement)
        return
      } catch (error) {
        const isBusyTemplate = (error as { code?: string }).code === '55006'
        if (!isBusyTemplate || attempt === 50) throw error
        await new Promise((resolve) => setTimeout(resolve, 40))
      }
    }
  } finally {
    await admin.end()
  }
}
