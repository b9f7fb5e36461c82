import type { ReactNode } from 'react'
import { Brand } from '@/components/ui/brand'

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-sm flex-col px-5 py-8">
      <header>
        <Brand />
      </header>
      <main id="main" tabIndex={-1} className="flex grow flex-col justify-center pt-10 pb-24">
        {children}
      </main>
    </div>
  )
}
