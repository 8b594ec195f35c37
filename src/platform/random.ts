import { randomBytes, randomFillSync, randomInt } from 'node:crypto'

// The only place that rolls dice (lint holds everybody to it). Given as a dependency, so that a test can fix it.

export interface Random {
  /** A URL-safe token of at least 96 bits; `bytes` of randomness. */
  token(bytes?: number): string
  /** A whole number from 0 up to but not including `below`. */
  below(below: number): number
}

const pool = Buffer.alloc(8_192)
let used = pool.length

// Asked for many small pieces, the system takes longer to answer than to draw: they are cut from a large one, each byte once.
function takeBytes(bytes: number): Buffer {
  if (bytes > pool.length) return randomBytes(bytes)
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const taken = pool.subarray(used, used + bytes)
  used += bytes
  return taken
}

export const systemRandom: Random = {
  token: (bytes = 16) => takeBytes(bytes).toString('base64url'),
  below: (below) => randomInt(below),
}

/** The same sequence for the same seed (mulberry32): for tests and the demo. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    token: (bytes = 16) =>
      Buffer.from(Array.from({ length: bytes }, () => Math.floor(next() * 256))).toString('base64url'),
    below: (below) => Math.floor(next() * below),
  }
}
