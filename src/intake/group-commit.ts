import { HubError } from '../platform/errors.ts'

export interface GroupCommit<Item> {
  /** Resolves once the batch that holds the item has been written; rejects when that batch failed, or when too much waits already. */
  add(item: Item): Promise<void>
}

export interface GroupCommitLimits<Item> {
  maxInFlight: number
  /**
   * While a batch is being written, the next one leaves when this many items wait, or a batch full of bytes. Sooner, there would only
   * be more and smaller batches, and each costs the database the same commit.
   */
  worthAnother: number
  maxItems: number
  maxBatchBytes: number
  /** What may wait in memory before new items are refused. */
  maxWaitingBytes: number
  bytesOf(item: Item): number
}

interface Waiting<Item> {
  item: Item
  resolve: () => void
  reject: (cause: unknown) => void
}

/**
 * Many callers share one write. A batch is whatever has come while the batches before it were being written, so it grows with the
 * load and costs a lone caller no wait.
 */
export function createGroupCommit<Item>(
  write: (items: Item[]) => Promise<void>,
  limits: GroupCommitLimits<Item>,
): GroupCommit<Item> {
  const waiting: Waiting<Item>[] = []
  let waitingBytes = 0
  let inFlight = 0

  const mayStart = (): boolean => {
    if (inFlight === 0) return waiting.length > 0
    const isWorthIt = waiting.length >= limits.worthAnother || waitingBytes >= limits.maxBatchBytes
    return inFlight < limits.maxInFlight && isWorthIt
  }
  const startBatches = (): void => {
    while (mayStart()) void writeBatch(takeBatch())
  }
  const takeBatch = (): Waiting<Item>[] => {
    let bytes = 0
    let count = 0
    for (const { item } of waiting) {
      const itemBytes = limits.bytesOf(item)
      if (count > 0 && (count === limits.maxItems || bytes + itemBytes > limits.maxBatchBytes)) break
      bytes += itemBytes
      count += 1
    }
    waitingBytes -= bytes
    return waiting.splice(0, count)
  }
  const writeBatch = async (batch: Waiting<Item>[]): Promise<void> => {
    inFlight += 1
    try {
      await write(batch.map(({ item }) => item))
      for (const { resolve } of batch) resolve()
    } catch (cause) {
      for (const { reject } of batch) reject(cause)
    }
    inFlight -= 1
    startBatches()
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        const bytes = limits.bytesOf(item)
        if (waiting.length > 0 && waitingBytes + bytes > limits.maxWaitingBytes) {
          reject(new HubError('intake_full', 'More is coming in than the database takes.'))
          return
        }
        waitingBytes += bytes
        waiting.push({ item, resolve, reject })
        startBatches()
      }),
  }
}
