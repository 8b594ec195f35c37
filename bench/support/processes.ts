import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process as an operator starts it (package.json, Dockerfile). */
export function startProcess(
  file: string,
  env: Readonly<Record<string, string>>,
  words: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, ['--max-old-space-size=512', '--import', 'tsx', file, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** What it prints first. */
export async function firstLineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')))
    })
    child.once('exit', () => {
      reject(new Error('A process ended before it had started.'))
    })
  })
}

export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}

/**
 * A port of 127.0.0.1 that nobody holds, from below the range that the system gives to outgoing connections (32768 and up on Linux):
 * one from there can be taken by any connection, even by one to this port itself, before its server listens.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(15_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error('No port between 15000 and 32000 is free.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export async function until(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<number> {
  const beganMs = performance.now()
  while (!(await isSo().catch(() => false))) {
    if (performance.now() - beganMs > withinMs) throw new Error(`Not within ${withinMs / 1000} s: ${what}`)
    await sleep(50)
  }
  return performance.now() - beganMs
}

const ticksPerSecond = 100
const pageBytes = 4_096

/** CPU seconds so far and resident megabytes of a process (Linux). */
export function usageOf(pid: number): { cpuSeconds: number; megabytes: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const user = Number(fields[11])
  const system = Number(fields[12])
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return { cpuSeconds: (user + system) / ticksPerSecond, megabytes: (pages * pageBytes) / 1_048_576 }
}

/** CPU seconds so far of the PostgreSQL that runs on this folder: its processes, and those of them that have ended. */
export function postgresCpuSeconds(dataDir: string): number {
  const postmaster = Number(/^\d+/.exec(readFileSync(`${dataDir}/postgres/data/postmaster.pid`, 'utf8'))?.[0])
  let ticks = 0
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const isOurs = Number(entry) === postmaster || Number(fields[1]) === postmaster
      if (isOurs) ticks += Number(fields[11]) + Number(fields[12])
      if (Number(entry) === postmaster) ticks += Number(fields[13]) + Number(fields[14])
    } catch {
      // It has ended since.
    }
  }
  return ticks / ticksPerSecond
}
