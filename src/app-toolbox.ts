import { createConnections, type Connections } from './app-connections.ts'
import { createHandlers } from './app-handlers.ts'
import { deriveKeys } from './app-keys.ts'
import { systemClock, type Clock } from './platform/clock.ts'
import type { LinkTokens } from './outbox/link-token.ts'
import { loadConfig, type Config } from './platform/config.ts'
import { openDatabase, type Database } from './platform/database.ts'
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts'
import { readEnvironment } from './platform/environment.ts'
import { keepSecrets } from './platform/keep-secrets.ts'
import { createLog, type Logger } from './platform/log.ts'
import { applyMigrations } from './platform/migrations.ts'
import { systemRandom } from './platform/random.ts'
import { createSecretsBox } from './platform/secrets-box.ts'
import type { ImportDeps } from './catalog/import/continue-imports.ts'
import { applyOrderVersion } from './orders/apply-order-version.ts'
import type { Box } from './shops/credentials.ts'
import { loadShop } from './shops/shop-store.ts'

/** What a command works with: the same rooms as the app, without its lanes. */
export interface Toolbox {
  config: Config
  db: Database
  clock: Clock
  log: Logger
  box: Box
  connections: Connections
  imports: ImportDeps
  close(): Promise<void>
}

export async function openToolbox(): Promise<Toolbox> {
  const config = loadConfig(readEnvironment())
  const log = createLog({ level: 'warn', pretty: process.stderr.isTTY })
  const secrets = keepSecrets(config)
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: config.dataDir, as: 'command' })
      : undefined
  const url = config.databaseUrl ?? embedded?.url ?? ''
  await applyMigrations(url)
  const db = openDatabase(url, { poolSize: 4 })
  const box = createSecretsBox({ current: secrets.key, previous: secrets.previousKeys })
  const graph = config.sandbox
    ? { ...config.graph, url: `http://127.0.0.1:${config.sandboxPort}/graph` }
    : config.graph
  const connections = createConnections({ db, box, clock: systemClock, random: systemRandom, graph })
  return {
    config,
    db,
    clock: systemClock,
    log,
    box,
    connections,
    imports: toImportDeps({ db, log, connections, links: deriveKeys(secrets.key).links }),
    close: async () => {
      connections.close()
      await db.close()
      await embedded?.stop()
    },
  }
}

function toImportDeps({
  db,
  log,
  connections,
  links,
}: {
  db: Database
  log: Logger
  connections: Connections
  links: LinkTokens
}): ImportDeps {
  // A running app's sweep finds what a command has left to do.
  const handlers = createHandlers({ random: systemRandom, log, links, wake: () => undefined })
  return {
    ...handlers.catalog,
    db,
    log,
    clock: systemClock,
    loadShop: (shopId) => loadShop(db, shopId),
    wooClientOf: (shopId) => connections.wooClientOf(shopId),
    importCustomer: handlers.importCustomer,
    importOrder: async (tx, shopId, order, now) => {
      await applyOrderVersion(tx, handlers.orders, shopId, { order, now })
    },
  }
}
