import { describe, expect, it } from 'vitest'
import { bufferMegabytes } from '../../src/platform/embedded-postgres/memory.ts'

const gigabyte = 1_073_741_824

describe('what the embedded PostgreSQL keeps in memory', () => {
  it.each([
    [0.5, 128],
    [2, 128],
    [4, 256],
    [8, 512],
    [24, 1_024],
    [512, 1_024],
  ])('of %d GB', (memory, expected) => {
    expect(bufferMegabytes(memory * gigabyte)).toBe(expected)
  })
})
