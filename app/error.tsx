'use client'

import { StatePage } from '@/components/ui/state-page'

export default function Broken({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <StatePage tone="failed" title="Something broke on our side">
      <p>
        No money moves because of this, and nothing is lost. Try again in a moment.
        {error.digest && (
          <>
            {' '}
            If it stays, tell us this number: <span className="nums font-mono text-ink select-all">{error.digest}</span>
          </>
        )}
      </p>
      <button type="button" onClick={reset} className="button button-primary">
        Try again
      </button>
    </StatePage>
  )
}
