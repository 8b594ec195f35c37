import { explain } from './app-explain.ts'
import { startApp } from './app-start.ts'
import { loadConfig } from './platform/config.ts'
import { readEnvironment } from './platform/environment.ts'
import { createLog } from './platform/log.ts'
import { stopOnSignal } from './platform/shutdown.ts'

try {
  const config = loadConfig(readEnvironment())
  const log = createLog({ level: config.logLevel, pretty: process.stdout.isTTY && !config.isProduction })
  const starting = startApp(config, log)
  // From the first moment on: who is stopped while starting still leaves nothing running behind.
  stopOnSignal({ log, stop: async () => (await starting).stop() })
  const running = await starting
  if (!config.isProduction) console.log(running.welcome)
} catch (thrown) {
  console.error(explain(thrown))
  process.exit(1)
}
