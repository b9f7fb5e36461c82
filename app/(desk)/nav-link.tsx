'use client'

import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { DeskLink } from './desk-link'

/** An entry of the desk's navigation, marked while its part of the desk is open. */
export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const path = usePathname()
  const current = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
  return (
    <DeskLink
      href={href}
      current={current}
      className="group flex items-center gap-2.5 rounded-lg text-muted hover:text-ink aria-[current]:text-ink max-md:min-h-14 max-md:flex-col max-md:justify-center max-md:gap-1 max-md:text-xs max-md:aria-[current]:text-accent md:px-2.5 md:py-1.5 md:font-medium md:hover:bg-line/50 md:aria-[current]:bg-line/70"
    >
      {children}
    </DeskLink>
  )
}
