// Writes the Prisma client to generated/. Generating needs no engine, only that one seems to exist: so Node itself is named,
// and nothing is downloaded (npm ci works offline from a cache, and on machines that reach no engine mirror).
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')
const run = spawnSync(process.execPath, [prisma, 'generate'], {
  stdio: ['ignore', 'pipe', 'pipe'],
  encoding: 'utf8',
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
})
if (run.status !== 0) {
  console.error(run.stdout, run.stderr)
  process.exit(1)
}
