import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { HubError } from './errors.ts'

export interface SecretsBox {
  seal(text: string): Buffer
  /** Throws HubError `secret_unreadable` when the key is unknown or the bytes were changed. */
  open(sealed: Buffer): string
  /** Sealed with an earlier key: open it and seal it again, and that key can go. */
  isOutdated(sealed: Buffer): boolean
}

// Sealed: version (1 byte), key id (4), nonce (12), tag (16), then the text. Version and key id are authenticated too.
const version = 1
const keyIdEnd = 5
const nonceEnd = 17
const headEnd = 33

/** AES-256-GCM. Keys are 32 bytes; `current` seals, all of them open. */
export function createSecretsBox(keys: { current: Buffer; previous?: readonly Buffer[] }): SecretsBox {
  const all = [keys.current, ...(keys.previous ?? [])]
  if (all.some((key) => key.length !== 32))
    throw new HubError('secret_key_broken', 'A key of the secrets box is not 32 bytes long.')
  const byId = new Map(all.map((key) => [keyIdOf(key).toString('hex'), key]))
  const currentId = keyIdOf(keys.current)
  return {
    seal: (text) => {
      const head = Buffer.concat([Buffer.from([version]), currentId])
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keys.current, nonce).setAAD(head)
      const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([head, nonce, cipher.getAuthTag(), hidden])
    },
    open: (sealed) => {
      const key = sealed[0] === version ? byId.get(sealed.subarray(1, keyIdEnd).toString('hex')) : undefined
      if (key === undefined || sealed.length < headEnd)
        throw unreadable('was sealed with a key that is not configured')
      return decrypt(key, sealed)
    },
    isOutdated: (sealed) => !sealed.subarray(1, keyIdEnd).equals(currentId),
  }
}

function decrypt(key: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(keyIdEnd, nonceEnd), {
    authTagLength: 16,
  })
    .setAAD(sealed.subarray(0, keyIdEnd))
    .setAuthTag(sealed.subarray(nonceEnd, headEnd))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headEnd)), decipher.final()]).toString('utf8')
  } catch {
    throw unreadable('was changed after it had been sealed')
  }
}

/** Says which key it was without saying anything about it. */
function keyIdOf(key: Buffer): Buffer {
  return createHash('sha256').update('key id').update(key).digest().subarray(0, 4)
}

function unreadable(why: string): HubError {
  return new HubError('secret_unreadable', `A stored secret ${why}.`, {
    advice:
      'Put the key it was sealed with into HUB_SECRET_KEY or HUB_SECRET_KEY_PREVIOUS, or enter the secret again.',
  })
}
