/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx'

const atOnce = 8
const atMost = 60

/** The newest of a list that grows at its end: a few at once, more behind a fold, the rest in the JSON. */
export function Recent<Item>(props: {
  items: readonly Item[]
  what: string
  json: string
  row: (item: Item) => Child
}) {
  const newest = props.items.slice(-atMost).toReversed()
  const folded = newest.slice(atOnce)
  return (
    <>
      <ul class="list">{newest.slice(0, atOnce).map(props.row)}</ul>
      {folded.length > 0 && (
        <details>
          <summary>
            {folded.length} older {props.what}
          </summary>
          <ul class="list">{folded.map(props.row)}</ul>
        </details>
      )}
      {props.items.length > atMost && (
        <p class="lead">
          The newest {atMost} of {props.items.length}; all of them are under <a href={props.json}>{props.json}</a>.
        </p>
      )}
    </>
  )
}
