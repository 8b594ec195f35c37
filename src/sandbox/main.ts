import { createOffsetClock } from '../platform/clock.ts'
import { readEnvironment } from '../platform/environment.ts'
import { describeError } from '../platform/errors.ts'
import { createLog } from '../platform/log.ts'
import { systemRandom } from '../platform/random.ts'
import { loadSandboxConfig } from './sandbox-config.ts'
import { startSandbox, type Sandbox } from './start-sandbox.ts'

// The sandbox in a process of its own: `node --import tsx src/sandbox/main.ts`. The first line it prints is JSON: its addresses and credentials.

async function main(): Promise<void> {
  const config = loadSandboxConfig(readEnvironment())
  const log = createLog({ level: config.logLevel, pretty: false, destination: process.stderr })
  const clock = createOffsetClock()
  const sandbox = await startSandbox({ ...config, clock, random: systemRandom, log })
  process.stdout.write(`${JSON.stringify(greeting(sandbox))}\n`)
  const stop = (): void => {
    sandbox.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function greeting({ url, graphUrl, storeUrl, credentials }: Sandbox): Record<string, unknown> {
  return { url, graphUrl, storeUrl, credentials }
}

main().catch((thrown: unknown) => {
  process.stderr.write(`${describeError(thrown)}\n`)
  process.exit(1)
})
