import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { inter } from './inter'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Requite', template: '%s · Requite' },
  description: 'The refund desk of a freelancer who takes deposits by card.',
  applicationName: 'Requite',
  formatDetection: { telephone: false, email: false, address: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafafb' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1117' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is rendered for its request: the CSP nonce is new each time and a prerendered page could not carry it.
  await connection()
  return (
    <html lang="en" className={inter.variable}>
      <body className="min-h-dvh bg-canvas font-sans text-ink antialiased">
        <a href="#main" className="button button-primary absolute start-3 top-3 z-50 not-focus:sr-only print:hidden">
          Skip to content
        </a>
        {children}
      </body>
    </html>
  )
}
