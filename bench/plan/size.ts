/** How much there is of everything. A scale of 1 is the size the goals are stated for. */
export interface Size {
  people: number
  products: number
  views: number
  restocked: number
}

export function sizeOf(scale: number): Size {
  return {
    people: Math.round(1_000_000 * scale),
    products: Math.round(50_000 * scale),
    views: Math.round(10_000_000 * scale),
    restocked: Math.max(4, Math.round(400 * scale)),
  }
}

/** The moment at which products come back and get cheaper: a Wednesday noon. */
export const newsAt = '2026-11-18T12:00:00Z'
/** The daily run of the next morning, in the shop's zone. */
export const dailySlot = '2026-11-19T09:00:00Z'
