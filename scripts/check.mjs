// What one runs before a commit: format, lint, types, import map, dead code, unit tests. All of them always run, two at a time,
// and what they said is printed only where something is wrong. CHECK_WITHOUT="unit tests" leaves one out (CI has run them before).
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const checks = [
  { name: 'lint', command: ['eslint', '.', '--cache', '--cache-location', 'node_modules/.cache/eslint/'] },
  { name: 'types', command: ['tsc', '--project', '.'] },
  {
    name: 'unit tests',
    command: ['vitest', 'run', '--config', 'vitest.unit.config.ts', '--reporter', 'dot'],
  },
  { name: 'dead code', command: ['knip'] },
  {
    name: 'import map',
    command: [
      'depcruise',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      'src',
      'test',
      'bench',
    ],
  },
  { name: 'format', command: ['prettier', '--check', '--cache', '.'] },
]

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

function run({ name, command: [tool, ...args] }) {
  const startedMs = performance.now()
  return new Promise((resolve) => {
    const child = spawn(join('node_modules/.bin', tool), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (chunk) => (said += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    child.on('error', (error) => resolve({ isRight: false, said: error.message }))
    child.on('close', (code) => resolve({ isRight: code === 0, said }))
  }).then(({ isRight, said }) => {
    console.log(
      `${isRight ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds(performance.now() - startedMs)}`,
    )
    if (!isRight) console.log(said)
    return isRight
  })
}

const waiting = checks.filter(({ name }) => name !== process.env.CHECK_WITHOUT)
async function work() {
  const results = []
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await run(next))
  return results
}

const results = (await Promise.all([work(), work()])).flat()
process.exitCode = results.every(Boolean) ? 0 : 1
