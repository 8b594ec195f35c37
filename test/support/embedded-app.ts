// An app of its own process, as far as the embedded PostgreSQL knows: `embedded-app.ts DATA_DIR app|command`. It prints a line of
// JSON when it is up or was refused, and stops when its standard input ends.
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts'
import { describeError, HubError } from '../../src/platform/errors.ts'

const [, , dataDir = '', as = 'app'] = process.argv

try {
  const server = await startEmbeddedPostgres({
    dataDir,
    as: as as 'app' | 'command',
    waitForHolderMs: 500,
  })
  tell({ url: server.url })
  process.stdin.resume().on('end', () => {
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
} catch (thrown) {
  tell({ code: thrown instanceof HubError ? thrown.code : 'unexpected', message: describeError(thrown) })
  process.exit(2)
}

function tell(line: Record<string, string>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
