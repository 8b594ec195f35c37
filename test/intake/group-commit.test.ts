import { describe, expect, test } from 'vitest'
import { createGroupCommit, type GroupCommit } from '../../src/intake/group-commit.ts'

interface Disk {
  commit: GroupCommit<string>
  /** What was written, batch by batch. */
  batches: string[][]
  /** Lets the oldest write end, well or badly. */
  finish: (failure?: Error) => Promise<void>
}

/** A disk whose writes end when the test says so. */
function createDisk(
  changes: { maxItems?: number; maxWaitingBytes?: number; worthAnother?: number } = {},
): Disk {
  const batches: string[][] = []
  const running: { resolve: () => void; reject: (failure: Error) => void }[] = []
  const write = (items: string[]): Promise<void> => {
    batches.push(items)
    return new Promise((resolve, reject) => running.push({ resolve, reject }))
  }
  const commit = createGroupCommit(write, {
    maxInFlight: 2,
    worthAnother: 1,
    maxItems: 100,
    maxBatchBytes: 10,
    maxWaitingBytes: 1_000,
    bytesOf: (item) => item.length,
    ...changes,
  })
  const finish = async (failure?: Error): Promise<void> => {
    const oldest = running.shift()
    if (oldest === undefined) throw new Error('nothing is being written')
    if (failure === undefined) oldest.resolve()
    else oldest.reject(failure)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { commit, batches, finish }
}

describe('group commit', () => {
  test('at most two batches are written at a time; what comes meanwhile shares the next one', async () => {
    const { commit, batches, finish } = createDisk()
    const all = ['a', 'b', 'c', 'd', 'e'].map((item) => commit.add(item))
    expect(batches).toEqual([['a'], ['b']])
    await finish()
    expect(batches).toEqual([['a'], ['b'], ['c', 'd', 'e']])
    await finish()
    await finish()
    await Promise.all(all)
  })

  test('while one batch is being written, the next one waits until it is worth a commit of its own', async () => {
    const { commit, batches, finish } = createDisk({ worthAnother: 3 })
    const all = ['a', 'b', 'c', 'd', 'e'].map((item) => commit.add(item))
    expect(batches).toEqual([['a'], ['b', 'c', 'd']])
    await finish()
    await finish()
    expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e']])
    await finish()
    await Promise.all(all)
  })

  test('a few items with many bytes are worth another batch as well', () => {
    const { commit, batches } = createDisk({ worthAnother: 50 })
    for (const item of ['a', '12345678', '90']) void commit.add(item)
    expect(batches).toEqual([['a'], ['12345678', '90']])
  })

  test('nobody is told before their own batch is written', async () => {
    const { commit, finish } = createDisk()
    const told: string[] = []
    for (const item of ['a', 'b', 'c']) void commit.add(item).then(() => told.push(item))
    await finish()
    expect(told).toEqual(['a'])
    await finish()
    expect(told).toEqual(['a', 'b'])
    await finish()
    expect(told).toEqual(['a', 'b', 'c'])
  })

  test('a batch that fails is told to each of its own and to nobody else', async () => {
    const { commit, finish } = createDisk()
    const results = Promise.allSettled(['a', 'b', 'c', 'd'].map((item) => commit.add(item)))
    await finish()
    await finish()
    await finish(new Error('disk full'))
    const fifth = commit.add('e')
    await finish()
    expect((await results).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ])
    await fifth
  })

  test('a batch ends before it is too large, though one item may be larger by itself', async () => {
    const { commit, batches, finish } = createDisk()
    const items = ['a', 'b', 'four', 'five!', 'six', 'much longer than ten']
    const all = items.map((item) => commit.add(item))
    for (let written = 0; written < 5; written++) await finish()
    expect(batches).toEqual([['a'], ['b'], ['four', 'five!'], ['six'], ['much longer than ten']])
    await Promise.all(all)
  })

  test('a batch ends at the most items', async () => {
    const { commit, batches, finish } = createDisk({ maxItems: 2 })
    const all = ['a', 'b', 'c', 'd', 'e'].map((item) => commit.add(item))
    for (let written = 0; written < 4; written++) await finish()
    expect(batches).toEqual([['a'], ['b'], ['c', 'd'], ['e']])
    await Promise.all(all)
  })

  test('when too much waits already, the next is refused at once, and taken again later', async () => {
    const { commit, finish } = createDisk({ maxWaitingBytes: 6 })
    const first = ['a', 'b', 'cccc'].map((item) => commit.add(item))
    await expect(commit.add('ddd')).rejects.toThrow('More is coming in')
    await finish()
    const later = commit.add('ddd')
    await finish()
    await finish()
    await finish()
    await Promise.all([...first, later])
  })
})
