import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { openStore } from '../../src/sandbox/store.ts'

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })))

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-journal-'))
  folders.push(folder)
  return folder
}

interface Thing {
  size: number
  name?: string
}

test('what was put is there after the process died without a word', () => {
  const folder = newFolder()
  const store = openStore(folder)
  store.collection<Thing>('things').put('a', { size: 1 })
  store.collection<Thing>('things').put('b', { size: 2 })
  store.collection<Thing>('things').put('a', { size: 3 })
  store.collection<Thing>('things').remove('b')
  expect(store.nextId('orders')).toBe(1)
  // Nobody closes it.
  const again = openStore(folder)
  expect(again.collection<Thing>('things').all()).toEqual([{ size: 3 }])
  expect(again.nextId('orders')).toBe(2)
})

test('a last line that was cut off is dropped, and what is written after it is sound', () => {
  const folder = newFolder()
  openStore(folder).collection<Thing>('things').put('a', { size: 1 })
  appendFileSync(join(folder, 'sandbox.jsonl'), '[["things","b",{"si')
  const second = openStore(folder)
  expect(second.collection<Thing>('things').all()).toEqual([{ size: 1 }])
  second.collection<Thing>('things').put('c', { size: 3 })
  expect(openStore(folder).collection<Thing>('things').all()).toEqual([{ size: 1 }, { size: 3 }])
})

test('what belongs together is kept as a whole or not at all, wherever the write was cut', () => {
  const folder = newFolder()
  const store = openStore(folder)
  const things = store.collection<Thing>('things')
  store.together(() => {
    things.put('order', { size: 1 })
    things.put('stock', { size: 9 })
  })
  const path = join(folder, 'sandbox.jsonl')
  const whole = readFileSync(path)
  for (let bytes = statSync(path).size - 1; bytes > 0; bytes -= 7) {
    truncateSync(path, bytes)
    expect(openStore(folder).collection('things').all()).toEqual([])
    expect(readFileSync(path)).toHaveLength(0)
    appendFileSync(path, whole)
  }
})

test('a value that was put cannot be changed behind the journal’s back', () => {
  const thing = openStore(null).collection<Thing>('things').put('a', { size: 1 })
  expect(() => {
    thing.size = 2
  }).toThrow(TypeError)
})

type Step =
  | { kind: 'put'; collection: string; id: string; value: Thing }
  | { kind: 'remove'; collection: string; id: string }
  | { kind: 'next'; sequence: string }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    collection: fc.constantFrom('a', 'b'),
    id: fc.constantFrom('1', '2', '__proto__', 'é\n'),
    value: fc.record({ size: fc.integer(), name: fc.string({ unit: 'binary' }) }),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    collection: fc.constantFrom('a', 'b'),
    id: fc.constantFrom('1', '2'),
  }),
  fc.record({ kind: fc.constant('next' as const), sequence: fc.constantFrom('x', 'y') }),
)

test('reading the journal again gives the same state, in the same order, after anything', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 25 }), (groups) => {
      const folder = newFolder()
      const store = openStore(folder)
      for (const group of groups) {
        store.together(() => {
          for (const one of group) {
            if (one.kind === 'next') store.nextId(one.sequence)
            else if (one.kind === 'remove') store.collection(one.collection).remove(one.id)
            else store.collection<Thing>(one.collection).put(one.id, one.value)
          }
        })
      }
      const again = openStore(folder)
      for (const name of ['a', 'b', 'sequences']) {
        expect(again.collection(name).all()).toEqual(store.collection(name).all())
      }
      store.close()
      again.close()
    }),
    { numRuns: 60 },
  )
})

test('the journal is written anew when most of it is past, and loses nothing by it', () => {
  const folder = newFolder()
  const store = openStore(folder)
  const things = store.collection<Thing>('things')
  things.put('kept', { size: -1 })
  for (let size = 0; size < 25_000; size++) things.put('changing', { size })
  expect(readFileSync(join(folder, 'sandbox.jsonl'), 'utf8').split('\n').length).toBeLessThan(10_000)
  expect(openStore(folder).collection<Thing>('things').all()).toEqual([{ size: -1 }, { size: 24_999 }])
})
