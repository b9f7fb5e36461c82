import type { Metadata } from 'next'
import { DeskLink } from './desk-link'
import { DeskState } from './desk-state'

export const metadata: Metadata = { title: 'Not found' }

export default function NotOnThisDesk() {
  return (
    <DeskState tone="waiting" title="Not on your desk">
      <p>There is nothing at this address, or it belongs to somebody else.</p>
      <DeskLink href="/" className="button button-plain text-ink">
        Back to Today
      </DeskLink>
    </DeskState>
  )
}
