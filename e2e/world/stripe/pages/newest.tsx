/** @jsxImportSource hono/jsx */

const shown = 25

/** The newest records of a list that grows at its end. */
export function newestOf<Item>(oldestFirst: readonly Item[]): Item[] {
  return oldestFirst.slice(-shown).toReversed()
}

/** Says so when older records are left out. */
export function OlderNote({ total }: { total: number }) {
  if (total <= shown) return null
  return (
    <p class="lead">
      The newest {shown} of {total}; all of them are under <a href="/sim/ledger">/sim/ledger</a> and its neighbours.
    </p>
  )
}
