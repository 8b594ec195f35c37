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

/**
 * Until when each of those held back waits at most, and where the line of those who wait ends then. They are let go as soon as there is room
 * (release-tier.ts), the first in line first; the times are a net, and what a merchant sees: within a day as many leave the moving day as
 * the limit has room for, so that each stands a part of a day behind the one before. Two messages to one person share a place.
 */
export function decideTierWaits(
  held: readonly OutsideWindow[],
  line: { lineAt: Date | null; people: number },
  now: Date,
): { waits: Map<number, Date>; lineAt: Date } {
  let endMs = Math.max(line.lineAt?.getTime() ?? 0, now.getTime() + dayMs)
  const places = new Map<string, Date>()
  const waits = new Map<number, Date>()
  for (const { id, address } of held) {
    const until = places.get(address) ?? new Date(endMs)
    if (!places.has(address)) endMs += dayMs / Math.max(1, line.people)
    places.set(address, until)
    waits.set(id, until)
  }
  return { waits, lineAt: new Date(endMs) }
}

/**
 * What was counted, and has been added since, is the most there can be; it is that many to the person until the first of them leaves the
 * moving day. More than the limit: the limit is another by now, or those who never wait went beyond it.
 */
export function mayHaveLeft(
  counted: { contactsAtMost: number; contactsLeaveAt: Date | null },
  people: number,
  now: Date,
): boolean {
  const { contactsAtMost, contactsLeaveAt } = counted
  return contactsAtMost > people || contactsLeaveAt === null || contactsLeaveAt <= now
}
