/** Chance that a seed decides: the same seed throws the same dice on every machine. */
export type Chance = ReturnType<typeof chanceOf>

/** Mulberry32: small, fast, and good enough to draw schedules from. */
export function chanceOf(seed: number) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }
  return {
    /** From 0 to below 1. */
    next,
    below,
    pick,
    happens: (probability: number): boolean => next() < probability,
    /** The same items in another order. */
    shuffled: <Item>(items: readonly Item[]): Item[] =>
      items
        .map((item) => ({ item, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ item }) => item),
    /** A name of the table, each as likely as its number says. */
    weighted: <Name extends string>(table: Readonly<Record<Name, number>>): Name => {
      const names = Object.entries<number>(table)
      let left = next() * names.reduce((sum, [, weight]) => sum + weight, 0)
      for (const name in table) {
        left -= table[name]
        if (left < 0) return name
      }
      throw new Error('a table of chances needs a weight')
    },
  }
}
