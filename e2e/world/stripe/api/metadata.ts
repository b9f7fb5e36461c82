import { z } from 'zod'
import { type Refusal, refusals } from './refusals'

/** Metadata as a call sends it: an empty string clears it all, an empty value one key. */
export const metadataParam = z.union([
  z.literal(''),
  z.record(z.string(), z.union([z.string(), z.number().transform(String)])),
])

/** What the metadata becomes; keys over 40 and values over 500 characters are refused. */
export function mergeMetadata(
  before: Record<string, string>,
  change: z.output<typeof metadataParam> | undefined,
): Record<string, string> | Refusal {
  if (change === undefined) return before
  if (change === '') return {}
  const tooLong = Object.entries(change).find(([key, value]) => key.length > 40 || value.length > 500)
  if (tooLong) return refusals.metadataTooLong(tooLong[0])
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== ''))
}
