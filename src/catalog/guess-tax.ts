const perMille = 1_000
const highestPerMille = 500

// Whole percents before halves before tenths: of the rates that explain two amounts, the roundest.
const rates = Array.from({ length: highestPerMille }, (_, at) => at + 1).sort(
  (one, other) => roundness(one) - roundness(other) || one - other,
)

function roundness(rate: number): number {
  if (rate % 10 === 0) return 0
  return rate % 5 === 0 ? 1 : 2
}

/**
 * How a shop gets from a price as typed in to the one it shows: by adding a rate of tax, by taking it out, or not at all. Both in minor
 * units, the first above 0.
 */
export function guessTax(enteredMinor: number, shownMinor: number): (minor: number) => number {
  if (enteredMinor === shownMinor || enteredMinor <= 0) return (minor) => minor
  for (const rate of rates) {
    const added = (minor: number): number => Math.round((minor * (perMille + rate)) / perMille)
    if (added(enteredMinor) === shownMinor) return added
    const taken = (minor: number): number => Math.round((minor * perMille) / (perMille + rate))
    if (taken(enteredMinor) === shownMinor) return taken
  }
  return (minor) => Math.round((minor * shownMinor) / enteredMinor)
}
