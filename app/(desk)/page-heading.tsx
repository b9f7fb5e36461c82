import type { ReactNode } from 'react'

/** A desk page's title with what belongs beside it. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
      <h1 className="text-2xl leading-8 font-semibold tracking-tight">{title}</h1>
      {children}
    </div>
  )
}
