import { createApp, type App } from './app.ts'
import { deriveKeys } from './app-keys.ts'
import type { AppParts } from './app-parts.ts'
import { sandboxConnection } from './app-sandbox.ts'
import { setUpShop } from './app-shop-setup.ts'
import { welcomeText } from './app-welcome.ts'
import { loadTemplateDefinitions } from './outbox/template-definitions.ts'
import { createOffsetClock, systemClock, type MovableClock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import { openDatabase, type Database } from './platform/database.ts'
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts'
import { describeError } from './platform/errors.ts'
import { keepSecrets, type Secrets } from './platform/keep-secrets.ts'
import type { Logger } from './platform/log.ts'
import { applyMigrations } from './platform/migrations.ts'
import { systemRandom } from './platform/random.ts'
import { createSecretsBox } from './platform/secrets-box.ts'
import { startSandbox, type Sandbox } from './sandbox/start-sandbox.ts'
import { connectShop, type ShopConnection } from './shops/connect-shop.ts'

export interface RunningApp {
  app: App
  /** What a person who started it reads: the addresses, and what to do next. */
  welcome: string
  stop(): Promise<void>
}

/** Opens the database, plays the sandbox where no account is configured, makes the shop and starts the roles. */
export async function startApp(config: Config, log: Logger): Promise<RunningApp> {
  const secrets = keepSecrets(config)
  const database = await openOwnDatabase(config, log)
  const stops: (() => Promise<void>)[] = [database.stop]
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    const clock = config.sandbox ? createOffsetClock() : systemClock
    const hubUrl = `http://127.0.0.1:${config.port}`
    const sandbox = config.sandbox ? await startOwnSandbox(config, log, clock as MovableClock) : undefined
    if (sandbox !== undefined) stops.push(() => sandbox.stop())
    const app = createApp(toParts(config, log, { db: database.db, secrets, clock, sandbox }))
    stops.push(() => app.stop())
    if (config.roles.includes('web')) await app.startWeb(config.port)
    app.startWork(config.roles)
    sandbox?.connectHub(hubUrl)
    await openShop(config, log, { app, db: database.db, secrets, clock, sandbox, hubUrl })
    return { app, welcome: welcomeText(config, secrets, sandbox), stop }
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

async function openOwnDatabase(
  config: Config,
  log: Logger,
): Promise<{ db: Database; stop: () => Promise<void> }> {
  const embedded =
    config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : undefined
  const url = config.databaseUrl ?? embedded?.url ?? ''
  try {
    const applied = await applyMigrations(url)
    if (applied.length > 0) log.info({ migrations: applied }, 'the database was brought up to date')
  } catch (thrown) {
    await embedded?.stop()
    throw thrown
  }
  const db = openDatabase(url, {
    poolSize: 20,
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  })
  return {
    db,
    stop: async () => {
      await db.close()
      await embedded?.stop()
    },
  }
}

interface Made {
  db: Database
  secrets: Secrets
  clock: AppParts['clock']
  sandbox: Sandbox | undefined
}

function toParts(config: Config, log: Logger, { db, secrets, clock, sandbox }: Made): AppParts {
  return {
    db,
    clock,
    log,
    random: systemRandom,
    box: createSecretsBox({ current: secrets.key, previous: secrets.previousKeys }),
    apiToken: secrets.apiToken,
    ...deriveKeys(secrets.key),
    graph: sandbox === undefined ? config.graph : { ...config.graph, url: sandbox.graphUrl },
    publicUrl: () => (sandbox === undefined ? config.publicUrl : `http://127.0.0.1:${config.port}`),
    trustedProxies: config.trustedProxies,
    queue:
      config.redisUrl === undefined
        ? { kind: 'postgres', url: db.url }
        : { kind: 'redis', url: config.redisUrl },
  }
}

async function openShop(
  config: Config,
  log: Logger,
  { app, db, secrets, clock, sandbox, hubUrl }: Made & { app: App; hubUrl: string },
): Promise<void> {
  const box = createSecretsBox({ current: secrets.key, previous: secrets.previousKeys })
  const shop = await connectShop({ db, box }, toConnection(config, sandbox), clock.now())
  app.connections.forget()
  const publicUrl = sandbox === undefined ? config.publicUrl : hubUrl
  const setup = {
    db,
    clock,
    box,
    connections: app.connections,
    log,
    publicUrl,
    definitions: loadTemplateDefinitions(),
    wake: app.lanes.wake,
  }
  // A shop that does not answer must not keep the hub from taking in webhooks.
  await setUpShop(setup, shop).catch((thrown: unknown) => {
    log.error({ err: thrown }, `The shop could not be set up completely: ${describeError(thrown)}`)
  })
}

function toConnection(config: Config, sandbox: Sandbox | undefined): ShopConnection {
  if (sandbox !== undefined) return sandboxConnection(sandbox, config.shop.key)
  return {
    shop: { ...config.shop, isSandbox: false },
    ...(config.whatsapp === undefined ? {} : { whatsapp: { ...config.whatsapp, displayPhoneNumber: '' } }),
    ...(config.woocommerce === undefined ? {} : { woocommerce: config.woocommerce }),
  }
}

function startOwnSandbox(config: Config, log: Logger, clock: MovableClock): Promise<Sandbox> {
  return startSandbox({
    port: config.sandboxPort,
    dataDir: `${config.dataDir}/sandbox`,
    clock,
    random: systemRandom,
    log,
    seed: 'shop',
  })
}
