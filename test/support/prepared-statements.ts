import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Database } from '../../src/platform/database.ts'

type Query = (config: unknown, ...rest: unknown[]) => unknown

/**
 * Every statement with values is planned once for each connection, whatever the values. For tests that play the same small scene
 * thousands of times: nine tenths of their time would go into planning the same statements. To be called before the first query.
 */
export function prepareStatements(db: Database): void {
  const prepare = (client: pg.PoolClient): void => {
    const query = client.query.bind(client) as Query
    // Queued before anything that whoever asked for the connection will say.
    query('set plan_cache_mode = force_generic_plan')
    client.query = ((config: unknown, ...rest: unknown[]) =>
      query(isWithValues(config) ? { ...config, name: nameOf(config.text) } : config, ...rest)) as never
  }
  db.pool.on('connect', prepare)
}

interface WithValues {
  text: string
  values: unknown[]
}

function isWithValues(config: unknown): config is WithValues {
  const { text, values } = config as Partial<WithValues>
  return typeof text === 'string' && Array.isArray(values) && values.length > 0
}

// PostgreSQL keeps 63 characters of a name.
function nameOf(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
