import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a link of ours says: which message it stood in, and which product it shows (null: the shop itself). */
export interface LinkTarget {
  messageId: number
  productId: number | null
}

export interface LinkTokens {
  /** A URL suffix of some 20 characters, the same for the same target. Upper and lower case matter. */
  tokenOf(messageId: number, productId: number | null): string
  /** Nothing when it is not one of ours, or not spelled as we spell it. */
  read(token: string): LinkTarget | undefined
}

/** 96 bits: nobody finds one by trying. */
const macBytes = 12
const longestToken = 40

/** Names no person: the message's number and the product's, and a signature (HMAC-SHA256, cut) so that nobody makes one up. */
export function createLinkTokens(key: Buffer): LinkTokens {
  const sign = (body: Buffer): Buffer =>
    createHmac('sha256', key).update('link:').update(body).digest().subarray(0, macBytes)
  const tokenOf = (messageId: number, productId: number | null): string => {
    const body = Buffer.from([...varint(messageId), ...varint(productId ?? 0)])
    return Buffer.concat([sign(body), body]).toString('base64url')
  }
  return {
    tokenOf,
    read: (token) => {
      if (token.length > longestToken || !/^[\w-]+$/.test(token)) return undefined
      const bytes = Buffer.from(token, 'base64url')
      const body = bytes.subarray(macBytes)
      if (bytes.length <= macBytes || !timingSafeEqual(bytes.subarray(0, macBytes), sign(body)))
        return undefined
      const [messageId, productId, ...rest] = readVarints(body)
      if (messageId === undefined || productId === undefined || rest.length > 0) return undefined
      const target = { messageId, productId: productId === 0 ? null : productId }
      // base64url has several spellings of the same bytes, and just one of them is ours.
      return tokenOf(target.messageId, target.productId) === token ? target : undefined
    },
  }
}

// Seven bits a byte, the lowest first, the eighth says that more follow (LEB128): numbers may pass 32 bits, so no shifts.
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

function readVarints(bytes: Buffer): number[] {
  const values: number[] = []
  let value = 0
  let factor = 1
  for (const byte of bytes) {
    value += (byte % 128) * factor
    factor *= 128
    if (byte >= 128) continue
    values.push(value)
    value = 0
    factor = 1
  }
  return values
}
