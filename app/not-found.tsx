import type { Metadata } from 'next'
import { StatePage } from '@/components/ui/state-page'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <StatePage tone="waiting" title="This page does not exist">
      <p>The address may be mistyped, or it belongs to somebody else’s desk.</p>
      <a href="/" className="button button-plain text-ink">
        To the desk
      </a>
    </StatePage>
  )
}
