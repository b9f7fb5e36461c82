import type { ReactNode } from 'react'

/** Name and value pairs; values to the right with figures aligned. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="divide-y px-4 pb-2 md:px-5">{children}</dl>
}

export function Fact({ name, strong = false, children }: { name: string; strong?: boolean; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-6 py-2.5">
      <dt className={`shrink-0 ${strong ? 'font-semibold' : 'text-muted'}`}>{name}</dt>
      <dd className={`min-w-0 text-right ${strong ? 'font-semibold' : ''}`}>{children}</dd>
    </div>
  )
}
