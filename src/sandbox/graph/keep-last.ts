import { createFifo } from '../fifo.ts'
import type { LoggedMessage } from './graph-state.ts'
import type { Collection } from '../store.ts'

/** Forgets the oldest as new ones come, so that a long run ends with the memory it began with. Null: keeps everything. */
export function keepLast(
  messages: Collection<LoggedMessage>,
  limit: () => number | null,
): Collection<LoggedMessage> {
  const ids = createFifo(messages.all().map(({ id }) => id))
  const forgetOldest = (): void => {
    const most = limit() ?? Infinity
    while (ids.length > most) messages.remove(ids.shift() ?? '')
  }
  return {
    ...messages,
    put: (id, message) => {
      if (messages.find(id) === undefined) {
        ids.push(message.id)
        forgetOldest()
      }
      return messages.put(id, message)
    },
  }
}
