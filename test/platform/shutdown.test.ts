import { EventEmitter } from 'node:events'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { stopOnSignal } from '../../src/platform/shutdown.ts'

const log = pino({ level: 'silent' })

function listenWith(
  stop: () => Promise<void>,
  withinMs = 10_000,
  sameWithinMs = 0,
): { signals: EventEmitter; exited: number[] } {
  const signals = new EventEmitter()
  const exited: number[] = []
  stopOnSignal({ log, stop, withinMs, sameWithinMs, signals, exit: (code) => exited.push(code) })
  return { signals, exited }
}

test('the first signal stops in order and then ends with 0', async () => {
  let stopped: (() => void) | undefined
  const { signals, exited } = listenWith(() => new Promise((resolve) => (stopped = resolve)))
  signals.emit('SIGTERM', 'SIGTERM')
  expect(exited).toEqual([])
  stopped?.()
  await vi.waitFor(() => expect(exited).toEqual([0]))
})

test('a second signal ends at once', () => {
  const stop = vi.fn(() => new Promise<void>(() => undefined))
  const { signals, exited } = listenWith(stop)
  signals.emit('SIGINT', 'SIGINT')
  signals.emit('SIGINT', 'SIGINT')
  expect(exited).toEqual([130])
  expect(stop).toHaveBeenCalledTimes(1)
})

test('a signal that comes twice at once, as Ctrl-C does through npm, is one signal', async () => {
  let stopped: (() => void) | undefined
  const { signals, exited } = listenWith(() => new Promise((resolve) => (stopped = resolve)), 10_000, 5_000)
  signals.emit('SIGINT', 'SIGINT')
  signals.emit('SIGINT', 'SIGINT')
  expect(exited).toEqual([])
  stopped?.()
  await vi.waitFor(() => expect(exited).toEqual([0]))
})

test('stopping that fails, or does not come to an end, ends with 1', async () => {
  const failing = listenWith(() => Promise.reject(new Error('no')))
  failing.signals.emit('SIGINT', 'SIGINT')
  const hanging = listenWith(() => new Promise(() => undefined), 10)
  hanging.signals.emit('SIGTERM', 'SIGTERM')
  await vi.waitFor(() => expect([failing.exited, hanging.exited]).toEqual([[1], [1]]))
})
