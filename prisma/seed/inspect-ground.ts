import { db } from '@/lib/db'

/** One of the demo's freelancers, and how many credit notes the demo lays on their desk. */
export type DemoDesk = { email: string; creditNotes: number }

/**
 * Whether the demo is here already or everything is empty; throws where it must not be laid. Once it is here, whoever else
 * has signed up is a guest of the demo; where it is not whole, nothing is written beside other people's data.
 */
export async function inspectGround(demo: readonly DemoDesk[]): Promise<'empty' | 'seeded'> {
  const emails = demo.map(({ email }) => email)
  const found = await db().user.findMany({
    where: { email: { in: emails } },
    select: { email: true, freelancer: { select: { _count: { select: { creditNotes: true } } } } },
  })
  const isWhole = ({ email, creditNotes }: DemoDesk) =>
    found.some((user) => user.email === email && (user.freelancer?._count.creditNotes ?? 0) >= creditNotes)
  if (demo.every(isWhole)) return 'seeded'
  if ((await db().user.count({ where: { email: { notIn: emails } } })) > 0) {
    throw new Error("DATABASE_URL holds other people's data: the demo is seeded into a database of its own.")
  }
  if (found.length > 0) {
    throw new Error('An earlier seed was cut short. Empty the database with "npm run db:reset" and seed it again.')
  }
  return 'empty'
}
