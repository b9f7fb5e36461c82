import type { ComponentType, ReactNode } from 'react'

/** A link within the site, handed down by the app: components know no router. */
export type SiteLink = ComponentType<{ href: string; className?: string; title?: string; children: ReactNode }>
