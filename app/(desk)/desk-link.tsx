'use client'

import Link, { useLinkStatus } from 'next/link'
import type { ReactNode } from 'react'

/** A link within the desk. While the next page is on its way, a line runs across the top of this one. */
export function DeskLink({
  href,
  className,
  title,
  current = false,
  children,
}: {
  href: string
  className?: string
  title?: string
  current?: boolean
  children: ReactNode
}) {
  return (
    <Link href={href} prefetch={false} className={className} title={title} aria-current={current ? 'page' : undefined}>
      {children}
      <OnItsWay />
    </Link>
  )
}

function OnItsWay() {
  const { pending } = useLinkStatus()
  return pending && <span aria-hidden="true" className="on-its-way" />
}
