import { openJournal, type Change } from './journal.ts'

export interface Collection<Value> {
  find(id: string | number): Value | undefined
  /** The value is frozen: a change is a new value put in its place. */
  put(id: string | number, value: Value): Value
  remove(id: string | number): void
  /** In the order in which they first came. */
  all(): Value[]
}

export interface Store {
  collection<Value extends object>(name: string): Collection<Value>
  /** What is changed inside is on disk as a whole or not at all. */
  together<Result>(work: () => Result): Result
  /** 1, 2, 3 … per sequence, never twice. */
  nextId(sequence: string): number
  close(): void
}

// A journal is written anew once most of its lines speak of values that have been replaced.
const compactAfter = 20_000

/** Collections in memory, kept in a journal under `dataDir`, or nowhere when that is null. */
export function openStore(dataDir: string | null): Store {
  const opened = dataDir === null ? undefined : openJournal(dataDir)
  const collections = new Map<string, Map<string, object>>()
  const values = (name: string): Map<string, object> => {
    const known = collections.get(name) ?? new Map<string, object>()
    collections.set(name, known)
    return known
  }
  for (const change of opened?.changes ?? []) apply(values(change[0]), change)

  let gathered: Change[] | undefined
  let appended = opened?.changes.length ?? 0
  const write = (changes: readonly Change[]): void => {
    if (opened === undefined || changes.length === 0) return
    opened.journal.append(changes)
    appended += changes.length
    const live = [...collections.values()].reduce((sum, { size }) => sum + size, 0)
    if (appended > compactAfter + 2 * live) {
      opened.journal.compact(snapshot(collections))
      appended = live
    }
  }
  const change = (made: Change): void => {
    apply(values(made[0]), made)
    if (gathered === undefined) write([made])
    else gathered.push(made)
  }
  const collection = <Value extends object>(name: string): Collection<Value> => ({
    find: (id) => values(name).get(String(id)) as Value | undefined,
    put: (id, value) => {
      change([name, String(id), value])
      return value
    },
    remove: (id) => {
      if (values(name).has(String(id))) change([name, String(id)])
    },
    all: () => [...values(name).values()] as Value[],
  })
  const sequences = collection<{ last: number }>('sequences')
  return {
    collection,
    together: (work) => {
      if (gathered !== undefined) return work()
      const changes: Change[] = (gathered = [])
      try {
        return work()
      } finally {
        gathered = undefined
        write(changes)
      }
    },
    nextId: (sequence) => {
      const last = (sequences.find(sequence)?.last ?? 0) + 1
      sequences.put(sequence, { last })
      return last
    },
    close: () => opened?.journal.close(),
  }
}

function apply(values: Map<string, object>, [, id, value]: Change): void {
  if (value === undefined) values.delete(id)
  else values.set(id, Object.freeze(value as object))
}

function snapshot(collections: Map<string, Map<string, object>>): Change[] {
  return [...collections].flatMap(([name, values]) =>
    [...values].map(([id, value]): Change => [name, id, value]),
  )
}
