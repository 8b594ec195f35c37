import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** A value put under an id of a collection; without a value: taken away. */
export type Change = readonly [collection: string, id: string, value?: unknown]

export interface Journal {
  /** One write for all of them, so that a killed process leaves either all or none. */
  append(changes: readonly Change[]): void
  /** Writes the journal anew with only what is left of it. */
  compact(state: readonly Change[]): void
  close(): void
}

/**
 * An append-only file, one JSON line per change of state. A write that has returned survives the death of the process (not that of
 * the machine: nothing is synced per line). A last line that was cut off is dropped when the file is opened again.
 */
export function openJournal(dataDir: string): { journal: Journal; changes: Change[] } {
  mkdirSync(dataDir, { recursive: true })
  const path = join(dataDir, 'sandbox.jsonl')
  const { changes, soundBytes } = readJournal(path)
  let file = openSync(path, 'a')
  ftruncateSync(file, soundBytes)
  return {
    changes,
    journal: {
      append: (made) => writeWhole(file, toLine(made)),
      compact: (state) => {
        const draft = `${path}.new`
        const fresh = openSync(draft, 'w')
        writeWhole(fresh, state.map((change) => toLine([change])).join(''))
        fsyncSync(fresh)
        closeSync(fresh)
        renameSync(draft, path)
        closeSync(file)
        file = openSync(path, 'a')
      },
      close: () => closeSync(file),
    },
  }
}

function toLine(changes: readonly Change[]): string {
  return `${JSON.stringify(changes)}\n`
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
}

function readJournal(path: string): { changes: Change[]; soundBytes: number } {
  if (!existsSync(path)) return { changes: [], soundBytes: 0 }
  const bytes = readFileSync(path)
  const soundBytes = bytes.lastIndexOf('\n') + 1
  const lines = bytes.subarray(0, soundBytes).toString('utf8').split('\n').slice(0, -1)
  return { changes: lines.flatMap((line) => JSON.parse(line) as Change[]), soundBytes }
}
