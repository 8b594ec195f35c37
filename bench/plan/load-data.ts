import pg from 'pg'
import { monotonicMs } from '../../src/platform/clock.ts'
import { catalogue, helpers, shopRows } from './data-catalogue.ts'
import { interest, views } from './data-interest.ts'
import { heldUp, messages } from './data-messages.ts'
import { alerts, orders, people } from './data-people.ts'
import type { Size } from './size.ts'

/**
 * Fills an empty, migrated database: the same rows for the same size on every machine. Indexes are built once the rows are there, on
 * two connections, and statistics taken.
 */
export async function loadData(url: string, size: Size): Promise<void> {
  await runAll(url, [...helpers, ...shopRows])
  const indexes = await dropIndexes(url)
  await runAll(url, [
    ...catalogue(size),
    ...people(size),
    ...indexes.of('people', 'inbound_messages', 'products'),
  ])
  await runAll(url, ['analyze'])
  const viewsAreThere = runEmptied(url, ['product_views'], views(size))
  const rollUp = async (): Promise<void> => {
    await viewsAreThere
    const table = 'product_interest'
    await runEmptied(url, [table], [...interest, ...indexes.of(table)])
  }
  const others = async (): Promise<void> => {
    await runEmptied(url, ofMessages, [...messages(size), ...indexes.of(...ofMessages)])
    await runEmptied(url, ofOrders, [...orders(size), ...indexes.of(...ofOrders)])
    await viewsAreThere
    await runAll(url, indexes.of('product_views'))
  }
  await Promise.all([rollUp(), others()])
  await runAll(url, [...alerts(size), ...heldUp])
  await runAll(url, ['vacuum (analyze)', 'checkpoint'])
}

const ofMessages = ['messages', 'reengagement_log', 'message_candidacies', 'contact_budgets']
const ofOrders = ['orders', 'order_lines', 'person_purchases', 'category_interest']
const loaded = [
  'people',
  'inbound_messages',
  'products',
  'product_views',
  'product_interest',
  ...ofMessages,
  ...ofOrders,
]

// What goes into a table that was emptied in the same transaction needs no log on a server with wal_level = minimal.
function runEmptied(url: string, tables: readonly string[], statements: readonly string[]): Promise<void> {
  return runAll(url, ['begin', `truncate ${tables.join(', ')}`, ...statements, 'commit'])
}

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const setting of [`work_mem = '768MB'`, `maintenance_work_mem = '1GB'`, `hash_mem_multiplier = 2`])
      await client.query(`set ${setting}`)
    for (const statement of statements) {
      const beganMs = monotonicMs()
      await client.query(statement)
      const seconds = (monotonicMs() - beganMs) / 1_000
      if (process.env.BENCH_VERBOSE !== undefined && seconds > 0.5)
        console.error(`${seconds.toFixed(1)} s: ${statement.slice(0, 90).replaceAll(/\s+/g, ' ')}`)
    }
  } finally {
    await client.end()
  }
}

interface Indexes {
  of(...tables: string[]): string[]
}

/** Of the large tables; gives the statements that make them again. */
async function dropIndexes(url: string): Promise<Indexes> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ table: string; drop: string; make: string }>(
      `select t.relname as table,
         case when c.oid is null then format('drop index %I', i.relname) else format('alter table %I drop constraint %I', t.relname, c.conname) end as drop,
         case when c.oid is null then pg_get_indexdef(i.oid)
           else format('alter table %I add constraint %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) end as make
       from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
         left join pg_constraint c on c.conindid = i.oid and c.contype in ('p', 'u')
       where t.relname = any($1) order by c.oid is null, i.relname`,
      [loaded],
    )
    for (const { drop } of rows) await client.query(drop)
    return { of: (...tables) => rows.filter((row) => tables.includes(row.table)).map((row) => row.make) }
  } finally {
    await client.end()
  }
}
