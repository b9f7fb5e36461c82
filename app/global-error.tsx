'use client'

import { StatePage } from '@/components/ui/state-page'
import './globals.css'

export default function BrokenThroughout() {
  return (
    <html lang="en">
      <body className="min-h-dvh bg-canvas font-sans text-ink antialiased">
        <StatePage tone="failed" title="Something broke on our side">
          <p>No money moves because of this, and nothing is lost. Try again in a moment.</p>
          <a href="/" className="button button-primary">
            Try again
          </a>
        </StatePage>
      </body>
    </html>
  )
}
