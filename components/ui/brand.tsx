/** The mark (an arrow that returns) and the name. */
export function Brand() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-6 text-accent" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="currentColor" />
        <g className="stroke-on-accent" fill="none" strokeWidth="2.75" strokeLinecap="round" strokeLinejoin="round">
          <path d="M10 13h8.5a4.75 4.75 0 0 1 0 9.5H12" />
          <path d="m13.5 8.75-4.25 4.25 4.25 4.25" />
        </g>
      </svg>
      Requite
    </span>
  )
}
