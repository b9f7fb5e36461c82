import type { Metadata } from 'next'
import { StatePage } from '@/components/ui/state-page'

export const metadata: Metadata = { title: 'This link does not work' }

export default function LinkOpensNothing() {
  return (
    <StatePage tone="waiting" title="This link does not work">
      <p>It may have expired, been replaced by a newer one, or lost a letter on its way to you.</p>
      <p>Ask the person who sent it to you for a new link. A refund that has begun goes on by itself all the same.</p>
    </StatePage>
  )
}
