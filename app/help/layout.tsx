import type { ReactNode } from 'react'
import { Brand } from '@/components/ui/brand'

export default function HelpLayout({ children }: { children: ReactNode }) {
  return (
    <div className="mx-auto w-full max-w-2xl px-5 py-6 md:py-10">
      <header className="flex items-center justify-between gap-4 print:hidden">
        <a href="/" className="rounded-lg">
          <Brand />
        </a>
        <a href="/help" className="button button-quiet">
          All help pages
        </a>
      </header>
      <main id="main" tabIndex={-1} className="pt-10 pb-20 text-[0.9375rem] leading-6">
        {children}
      </main>
    </div>
  )
}
