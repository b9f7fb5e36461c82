import type { ReactNode } from 'react'
import { Brand } from '@/components/ui/brand'
import { requireFreelancer } from '@/lib/auth/session'
import { DeskLink } from './desk-link'
import { NavLink } from './nav-link'
import { signOutAction } from './sign-out-action'

const PLACES = [
  {
    href: '/',
    name: 'Today',
    icon: 'M8 1.75v1.5m0 9.5v1.5m6.25-6.25h-1.5m-9.5 0h-1.5m10.67-4.42-1.06 1.06M4.64 11.36l-1.06 1.06m8.84 0-1.06-1.06M4.64 4.64 3.58 3.58M10.75 8a2.75 2.75 0 1 1-5.5 0 2.75 2.75 0 0 1 5.5 0Z',
  },
  {
    href: '/credit-notes',
    name: 'Credit notes',
    icon: 'M3 1.75h10v12.5l-2.5-1.5-2.5 1.5-2.5-1.5L3 14.25ZM10.5 7H6m0 0 1.75-1.75M6 7l1.75 1.75',
  },
  { href: '/proposals', name: 'Proposals', icon: 'M9 1.75H3.75v12.5h8.5V5ZM9 1.75V5h3.25M6 8.25h4M6 11h4' },
  {
    href: '/settings',
    name: 'Settings',
    icon: 'M1.75 4.75h6m4 0h2.5m-12.5 6.5h2.5m4 0h6M11.5 4.75a1.75 1.75 0 1 1-3.5 0 1.75 1.75 0 0 1 3.5 0Zm-3.5 6.5a1.75 1.75 0 1 1-3.5 0 1.75 1.75 0 0 1 3.5 0Z',
  },
]

export default async function DeskLayout({ children }: { children: ReactNode }) {
  const freelancer = await requireFreelancer()
  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[14rem_minmax(0,1fr)]">
      <header className="flex items-center justify-between border-b bg-canvas px-4 py-2.5 md:sticky md:top-0 md:h-dvh md:flex-col md:items-stretch md:justify-start md:border-r md:border-b-0 md:bg-sunken md:px-3 md:py-5 print:hidden">
        <DeskLink href="/" className="rounded-lg md:mb-5 md:px-2.5">
          <Brand />
        </DeskLink>
        <nav
          aria-label="Desk"
          className="max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:z-30 max-md:grid max-md:grid-cols-4 max-md:border-t max-md:bg-surface max-md:pb-[env(safe-area-inset-bottom)] md:space-y-0.5"
        >
          {PLACES.map(({ href, name, icon }) => (
            <NavLink key={href} href={href}>
              <svg
                viewBox="0 0 16 16"
                className="size-4.5 md:size-4"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.4"
                strokeLinecap="round"
                strokeLinejoin="round"
                aria-hidden="true"
              >
                <path d={icon} />
              </svg>
              {name}
            </NavLink>
          ))}
        </nav>
        <form action={signOutAction} className="md:mt-auto md:border-t md:pt-3">
          <p className="truncate px-2.5 font-medium max-md:hidden" title={freelancer.businessName} dir="auto">
            {freelancer.businessName}
          </p>
          <p className="truncate px-2.5 text-[0.8125rem] text-muted max-md:hidden" title={freelancer.email}>
            {freelancer.email}
          </p>
          <button type="submit" className="button button-quiet md:mt-1 md:w-full md:justify-start md:px-2.5">
            Sign out
          </button>
        </form>
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-6xl px-4 pt-5 pb-28 md:px-8 md:pt-8 md:pb-16 print:p-0"
      >
        {children}
      </main>
    </div>
  )
}
