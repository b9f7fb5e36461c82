type Line = { description: string; quantity: number; unitNet: number; vatRate: number }

/** One line of an agreement before and after an amendment; null where it does not exist. Net amounts in minor units. */
export type LineChange = {
  description: string
  before: { quantity: number; net: number } | null
  after: { quantity: number; net: number } | null
  kind: 'kept' | 'changed' | 'removed' | 'added'
}

/**
 * Sets the lines before and after an amendment side by side: lines of the same description belong together, the first with
 * the first. What is removed stays in its place, what is added comes last.
 */
export function lineChanges(before: readonly Line[], after: readonly Line[]): LineChange[] {
  const left = [...after]
  const changes = before.map((old): LineChange => {
    const at = left.findIndex(({ description }) => description === old.description)
    const now = at === -1 ? undefined : left.splice(at, 1)[0]
    const same = now && now.quantity === old.quantity && now.unitNet === old.unitNet && now.vatRate === old.vatRate
    return {
      description: old.description,
      before: amountOf(old),
      after: now ? amountOf(now) : null,
      kind: !now ? 'removed' : same ? 'kept' : 'changed',
    }
  })
  const added = left.map(
    (line): LineChange => ({
      description: line.description,
      before: null,
      after: amountOf(line),
      kind: 'added',
    }),
  )
  return [...changes, ...added]
}

function amountOf({ quantity, unitNet }: Line): { quantity: number; net: number } {
  return { quantity, net: quantity * unitNet }
}
