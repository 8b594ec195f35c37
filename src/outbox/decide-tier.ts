/** A message outside the 24-hour window. */
export interface OutsideWindow {
  id: number
  address: string
  /** Replies never wait for a limit: they count, and go. */
  mayWait: boolean
}

/** Addresses that are counted already cost nothing; of the others, in the order given, as many go as there is room for. */
export function decideTier(
  wanted: readonly OutsideWindow[],
  portfolio: { counted: ReadonlySet<string>; room: number },
): { held: OutsideWindow[]; added: string[] } {
  const added = new Set<string>()
  const held: OutsideWindow[] = []
  for (const message of wanted) {
    const { address } = message
    if (portfolio.counted.has(address) || added.has(address)) continue
    if (message.mayWait && added.size >= portfolio.room) held.push(message)
    else added.add(address)
  }
  return { held, added: [...added] }
}

const dayMs = 86_400_000
const soonestMs = 60_000

/**
 * Until when each of those held back waits: the first until the longest counted contact is a day old, the second for the one after it, and
 * so on; never less than a minute, so that a full day does not keep senders busy. `oldest`: contacts' last times, oldest first.
 */
export function decideTierWaits(
  held: readonly OutsideWindow[],
  oldest: readonly Date[],
  now: Date,
): Map<number, Date> {
  const places = new Map<string, number>()
  return new Map(
    held.map(({ id, address }) => {
      const place = places.get(address) ?? places.size
      places.set(address, place)
      const leavesMs = (oldest[Math.min(place, oldest.length - 1)]?.getTime() ?? now.getTime()) + dayMs
      return [id, new Date(Math.max(leavesMs, now.getTime() + soonestMs))]
    }),
  )
}
