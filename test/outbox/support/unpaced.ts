import type { Pace } from '../../../src/outbox/pace.ts'

/** A pace that lets everything go at once, twenty messages to a claim. */
export const unpaced: Pace = {
  room: async () => ({ count: 20, waitMs: 0, gapMs: 1 }),
  take: async () => ({ next: async () => true, close: () => undefined }),
}
