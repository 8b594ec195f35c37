/** An oracle for "09:00 on every local day": from what Intl says about a zone, and nothing else. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const nineMs = 9 * hourMs
const lookEveryMs = 12 * hourMs

/** From `fromMs` (UTC) on, until the next one, the zone's clocks show UTC plus `offsetMs`. */
interface Spell {
  fromMs: number
  offsetMs: number
}

/** What the zone's clock shows, written as if it were UTC. */
function createWallClock(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  // "31/12/2011, 09:00": sliced, since formatToParts takes three times as long and is asked millions of times.
  return (atMs) => {
    const text = format.format(atMs)
    const number = (from: number, to: number): number => Number(text.slice(from, to))
    return Date.UTC(number(6, 10), number(3, 5) - 1, number(0, 2), number(12, 14), number(15, 17))
  }
}

/** Looks every twelve hours, and where the offset has changed finds the minute by halving. */
export function spellsOf(zone: string, fromMs: number, toMs: number): Spell[] {
  const wallClock = createWallClock(zone)
  const offsetAt = (atMs: number): number => wallClock(atMs) - atMs
  const spells: Spell[] = [{ fromMs, offsetMs: offsetAt(fromMs) }]
  for (let atMs = fromMs + lookEveryMs; atMs <= toMs; atMs += lookEveryMs) {
    const offsetMs = offsetAt(atMs)
    const before = spells.at(-1)?.offsetMs ?? 0
    if (offsetMs === before) continue
    let [low, high] = [atMs - lookEveryMs, atMs]
    while (high - low > minuteMs) {
      const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs
      if (offsetAt(middle) === before) low = middle
      else high = middle
    }
    spells.push({ fromMs: high, offsetMs })
  }
  return spells
}

/** One moment for each local day that lies wholly between the two, earliest first. */
export function localNines(zone: string, fromMs: number, toMs: number): Date[] {
  const spells = spellsOf(zone, fromMs - 2 * dayMs, toMs + 2 * dayMs)
  const nines = new Map<number, number>()
  const days = new Set<number>()
  spells.forEach(({ fromMs: startMs, offsetMs }, at) => {
    const endMs = spells[at + 1]?.fromMs ?? toMs + 2 * dayMs
    const firstDay = Math.floor((startMs + offsetMs) / dayMs)
    const lastDay = Math.floor((endMs - 1 + offsetMs) / dayMs)
    for (let day = firstDay; day <= lastDay; day++) {
      days.add(day)
      const nine = day * dayMs + nineMs - offsetMs
      // A day that has nine o'clock twice has had its nine the first time.
      if (nine >= startMs && nine < endMs && !nines.has(day)) nines.set(day, nine)
    }
  })
  for (const day of days) if (!nines.has(day)) nines.set(day, nineOfSkippingDay(spells, day))
  return [...nines.values()]
    .filter((nine) => nine > fromMs && nine <= toMs)
    .sort((one, other) => one - other)
    .map((nine) => new Date(nine))
}

/** The clock went forward over nine: as long after as nine is into the gap, by the clock of before. */
function nineOfSkippingDay(spells: readonly Spell[], day: number): number {
  const nine = day * dayMs + nineMs
  const at = spells.findIndex((spell, index) => {
    const before = spells[index - 1]
    return (
      before !== undefined && spell.fromMs + before.offsetMs <= nine && nine < spell.fromMs + spell.offsetMs
    )
  })
  return nine - (spells[at - 1]?.offsetMs ?? 0)
}
