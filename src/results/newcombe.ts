/** How many of how many. */
export interface Share {
  hits: number
  of: number
}

export interface Interval {
  low: number
  high: number
}

/** The normal distribution's 97.5 % point: 95 % lies between minus and plus. */
const z = 1.959963984540054

/** Wilson's score interval of one share, 95 %. */
export function wilson({ hits, of }: Share): Interval {
  const share = hits / of
  const middle = share + (z * z) / (2 * of)
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) }
}

/**
 * The difference of two independent shares with its 95 % interval: Newcombe's hybrid score interval without continuity correction, method 10
 * of R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998),
 * 873-890. Right also for small groups and shares near 0. Neither group may be empty.
 */
export function newcombe(one: Share, other: Share): Interval & { difference: number } {
  const [first, second] = [one.hits / one.of, other.hits / other.of]
  const [a, b] = [wilson(one), wilson(other)]
  const difference = first - second
  return {
    difference,
    low: difference - Math.hypot(first - a.low, b.high - second),
    high: difference + Math.hypot(a.high - first, second - b.low),
  }
}
