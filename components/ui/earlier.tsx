import type { ReactNode } from 'react'

/** What is older than most people ask for, a press away. */
export function Earlier({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="group/earlier border-t">
      <summary className="flex items-center gap-2 px-4 py-2.5 text-muted hover:text-ink md:px-5">
        <svg
          viewBox="0 0 16 16"
          className="size-3.5 group-open/earlier:rotate-90"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.75"
          strokeLinecap="round"
          strokeLinejoin="round"
          aria-hidden="true"
        >
          <path d="m6 4 4 4-4 4" />
        </svg>
        {summary}
      </summary>
      {children}
    </details>
  )
}
