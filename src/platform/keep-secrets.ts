import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { decodeSecretKey } from './config-fields.ts'
import { HubError } from './errors.ts'

export interface Secrets {
  /** 32 bytes. */
  key: Buffer
  previousKeys: readonly Buffer[]
  apiToken: string
}

/**
 * The secrets of this installation: from the configuration, else from the files of an earlier start, else made now and kept
 * under `dataDir` in files that only this user may read. Production is always given its own (loadConfig sees to that).
 */
export function keepSecrets(config: Pick<Config, 'dataDir' | 'secrets'>): Secrets {
  const { key, previousKeys, apiToken } = config.secrets
  const keyFile = join(config.dataDir, 'secret-key')
  return {
    key:
      key ??
      readKey(
        keyFile,
        keep(keyFile, () => randomBytes(32).toString('base64')),
      ),
    previousKeys,
    apiToken: apiToken ?? keep(join(config.dataDir, 'api-token'), () => randomBytes(24).toString('hex')),
  }
}

/** Two processes may start at once: whoever links the file first decides, and both read what it says. */
function keep(path: string, make: () => string): string {
  const existing = readIfThere(path)
  if (existing !== undefined) return existing
  mkdirSync(join(path, '..'), { recursive: true })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, `${make()}\n`, { mode: 0o600 })
    linkSync(draft, path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(path, 'utf8').trim()
}

function readIfThere(path: string): string | undefined {
  try {
    // A copied or unpacked data folder may have lost the mode.
    chmodSync(path, 0o600)
    return readFileSync(path, 'utf8').trim()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}

function readKey(path: string, text: string): Buffer {
  const key = decodeSecretKey(text)
  if (key !== undefined) return key
  throw new HubError('secret_key_broken', `The file ${path} does not hold 32 bytes in base64 or hex.`, {
    advice:
      'Restore the file from a backup. Without it the stored credentials cannot be read; delete it only if there are none.',
  })
}
