'use client'

import { DeskState } from './desk-state'

export default function Broken({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <DeskState tone="failed" title="This page could not be shown">
      <p>
        Refunds go on as they were: no money moves because of this. Try again in a moment.
        {error.digest && (
          <>
            {' '}
            If it keeps happening, tell us this number:{' '}
            <span className="font-mono text-ink select-all">{error.digest}</span>
          </>
        )}
      </p>
      <button type="button" onClick={reset} className="button button-primary">
        Try again
      </button>
    </DeskState>
  )
}
