/** What an event's row says after it has been handled, well or not. */
export interface EventMark {
  id: number
  state: 'done' | 'ignored' | 'retry' | 'dead'
  reason: string | null
  attempts: number
  /** When to try again; only looked at for 'retry'. */
  dueAt: Date
}
