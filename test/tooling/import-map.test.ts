import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser'
import { expect, test } from 'vitest'

const configuration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration

/** The names of the rules that a project of just these files breaks. */
async function rulesBrokenBy(files: Record<string, string>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'hub-map-'))
  try {
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'))
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ dependencies: { axios: '*', express: '*' }, devDependencies: { vitest: '*' } }),
    )
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const { tsConfig: _, ...options } = configuration.options ?? {}
    const { output } = await cruise(['src'], {
      ...options,
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: configuration.forbidden ?? [] },
    })
    const names = (output as ICruiseResult).summary.violations.map((violation) => violation.rule.name)
    return [...new Set(names)].sort()
  } finally {
    rmSync(root, { recursive: true })
  }
}

const empty = 'export {}\n'
const importing = (path: string): string => `import '${path}'\n`

test.each([
  ['a lower floor', 'src/campaigns/a.ts', 'src/outbox/b.ts', '../outbox/b.ts', []],
  ['an upper floor', 'src/outbox/a.ts', 'src/campaigns/b.ts', '../campaigns/b.ts', ['floors: outbox']],
  ['a room of the same floor', 'src/people/a.ts', 'src/catalog/b.ts', '../catalog/b.ts', ['floors: people']],
  ['the composition', 'src/admin/a.ts', 'src/app.ts', '../app.ts', ['floors: admin']],
  [
    'a room from platform',
    'src/platform/a.ts',
    'src/connectors/b.ts',
    '../connectors/b.ts',
    ['floors: platform'],
  ],
  [
    'another connector',
    'src/connectors/meta/a.ts',
    'src/connectors/woocommerce/b.ts',
    '../woocommerce/b.ts',
    ['connectors stand alone'],
  ],
  [
    'a store from a decision',
    'src/people/decide-a.ts',
    'src/people/b-store.ts',
    './b-store.ts',
    ['decisions are pure'],
  ],
  ['a test', 'src/people/a.ts', 'test/b.ts', '../../test/b.ts', ['src stands without tests']],
  ['an unmapped room', 'src/utils/a.ts', 'src/utils/b.ts', './b.ts', ['rooms are on the map']],
])('importing %s', async (_, from, to, path, broken) => {
  expect(await rulesBrokenBy({ [from]: importing(path), [to]: empty })).toEqual(broken)
})

test('even a type does not travel upwards', async () => {
  const broken = await rulesBrokenBy({
    'src/outbox/a.ts': `import type { B } from '../campaigns/b.ts'\nexport type A = B\n`,
    'src/campaigns/b.ts': 'export type B = string\n',
  })
  expect(broken).toEqual(['floors: outbox'])
})

test('two files that import each other are a circle', async () => {
  expect(
    await rulesBrokenBy({ 'src/people/a.ts': importing('./b.ts'), 'src/people/b.ts': importing('./a.ts') }),
  ).toEqual(['no circles'])
})

test.each([
  ['src/outbox/a.ts', 'axios', ['owner: axios']],
  ['src/platform/http-client.ts', 'axios', []],
  ['src/people/a.ts', 'express', ['owner: express']],
  ['src/intake/a.ts', 'express', []],
  ['src/people/a.ts', 'vitest', ['no dev dependencies in src']],
  ['src/people/a.ts', 'no-such-package', ['imports resolve']],
])('%s taking the package %s', async (from, name, broken) => {
  expect(await rulesBrokenBy({ [from]: `import * as vendor from '${name}'\nexport { vendor }\n` })).toEqual(
    broken,
  )
})
