import { z } from 'zod'
import type { Body } from '../json'
import { type Refusal, refusals } from './refusals'

const moment = z.int()
const pageParams = z.object({
  limit: moment.default(10),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  created: z
    .union([
      moment,
      z.object({ gt: moment.optional(), gte: moment.optional(), lt: moment.optional(), lte: moment.optional() }),
    ])
    .optional(),
})

type Listed = { id: string; created: number }

/** One page of a list, newest first, as Stripe cuts it: `oldestFirst` holds everything that fits the call's other filters. */
export function listBody<Item extends Listed>(
  url: string,
  object: string,
  params: Body,
  oldestFirst: readonly Item[],
  render: (item: Item) => Body,
): Body | Refusal {
  const page = pageParams.parse(params)
  const limit = Math.min(Math.max(page.limit, 1), 100)
  const items = oldestFirst.filter((item) => createdWithin(item, page.created)).toReversed()
  const cursor = page.starting_after ?? page.ending_before
  const position = cursor === undefined ? -1 : items.findIndex((item) => item.id === cursor)
  if (cursor !== undefined && position < 0) {
    return refusals.missingInList(object, cursor, page.starting_after ? 'starting_after' : 'ending_before')
  }
  const backwards = page.starting_after === undefined && page.ending_before !== undefined
  const candidates = backwards ? items.slice(0, position) : items.slice(position + 1)
  const chosen = backwards ? candidates.slice(-limit) : candidates.slice(0, limit)
  return { object: 'list', data: chosen.map(render), has_more: candidates.length > chosen.length, url }
}

function createdWithin(item: Listed, wanted: z.output<typeof pageParams>['created']): boolean {
  if (wanted === undefined) return true
  if (typeof wanted === 'number') return item.created === wanted
  return (
    item.created > (wanted.gt ?? -1) &&
    item.created >= (wanted.gte ?? 0) &&
    item.created < (wanted.lt ?? Number.POSITIVE_INFINITY) &&
    item.created <= (wanted.lte ?? Number.POSITIVE_INFINITY)
  )
}
