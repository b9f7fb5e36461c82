import type { Metadata } from 'next'
import { StatePage } from '@/components/ui/state-page'

export const metadata: Metadata = { title: 'No access' }

export default function Forbidden() {
  return (
    <StatePage tone="failed" title="You have no access here">
      <p>Nothing was changed. Sign in with the account that this page belongs to, and try again from the desk.</p>
      <a href="/sign-in" className="button button-plain text-ink">
        Sign in
      </a>
    </StatePage>
  )
}
