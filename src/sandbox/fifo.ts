/** First in, first out; taking from the front of a long one costs no more than from a short one. */
export interface Fifo<Item> {
  readonly length: number
  push(item: Item): void
  first(): Item | undefined
  shift(): Item | undefined
  /** Takes the one that stands `at` places behind the front. */
  takeAt(at: number): Item | undefined
}

const compactAfter = 1_024

export function createFifo<Item>(initial: readonly Item[] = []): Fifo<Item> {
  let items: (Item | undefined)[] = [...initial]
  let head = 0
  const shift = (): Item | undefined => {
    if (head === items.length) return undefined
    const item = items[head]
    items[head] = undefined
    head += 1
    if (head >= compactAfter && head * 2 >= items.length) {
      items = items.slice(head)
      head = 0
    }
    return item
  }
  return {
    get length() {
      return items.length - head
    },
    push: (item) => void items.push(item),
    first: () => items[head],
    shift,
    takeAt: (at) => (at === 0 ? shift() : items.splice(head + at, 1)[0]),
  }
}
