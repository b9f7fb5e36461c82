import type { ReactNode } from 'react'

/** A titled block of the page on its own surface. */
export function Panel({
  title,
  id,
  aside,
  children,
}: {
  title: string
  id: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section
      aria-labelledby={id}
      className="min-w-0 rounded-xl border bg-surface shadow-card print:break-inside-avoid print:shadow-none"
    >
      <header className="flex items-center justify-between gap-4 px-4 pt-4 pb-3 md:px-5">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  )
}
