import { totalmem } from 'node:os'

const megabyte = 1_048_576
const least = 128
const most = 1_024

/** PostgreSQL's shared buffers, in MB: a sixteenth of the memory, within bounds. It takes them only as it uses them. */
export function bufferMegabytes(memoryBytes: number): number {
  return Math.min(most, Math.max(least, Math.floor(memoryBytes / megabyte / 16)))
}

/** What this process may use, in bytes: of a container its limit, else the machine's memory. */
export function memoryBytes(): number {
  // 0, or far more than there is: no limit.
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
