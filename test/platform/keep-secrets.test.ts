import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/platform/config.ts'
import { keepSecrets } from '../../src/platform/keep-secrets.ts'

let dataDir: string
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'hub-secrets-')), 'made', 'here')
})
afterEach(() => {
  rmSync(join(dataDir, '..', '..'), { recursive: true })
})

test('secrets that are not given are made once, and only their owner may read them', () => {
  const first = keepSecrets(loadConfig({ DATA_DIR: dataDir }))
  expect(first.key).toHaveLength(32)
  expect(first.apiToken).toMatch(/^[0-9a-f]{48}$/)
  for (const name of ['secret-key', 'api-token']) {
    expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600)
    chmodSync(join(dataDir, name), 0o644)
  }
  expect(keepSecrets(loadConfig({ DATA_DIR: dataDir }))).toEqual(first)
  expect(statSync(join(dataDir, 'secret-key')).mode & 0o777).toBe(0o600)
})

test('secrets that are given are taken, and nothing is written', () => {
  const config = loadConfig({
    DATA_DIR: dataDir,
    HUB_SECRET_KEY: 'cd'.repeat(32),
    HUB_API_TOKEN: 'given-token',
  })
  expect(keepSecrets(config)).toMatchObject({ key: Buffer.alloc(32, 0xcd), apiToken: 'given-token' })
  expect(() => statSync(dataDir)).toThrow('ENOENT')
})

test('a spoilt key file stops the start instead of making another key', () => {
  keepSecrets(loadConfig({ DATA_DIR: dataDir }))
  writeFileSync(join(dataDir, 'secret-key'), 'half of a k')
  expect(() => keepSecrets(loadConfig({ DATA_DIR: dataDir }))).toThrow('does not hold 32 bytes')
})
