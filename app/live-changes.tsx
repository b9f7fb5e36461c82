'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

/** Several changes in one breath are one redraw. */
const REDRAW_AT_MOST_EVERY_MS = 250
const REDIAL_AFTER_MS = 5000

/**
 * Redraws the page when the server says that a credit note has changed (`source` is an event stream), and says when the
 * line is down. With `only`, other credit notes' changes are not this page's business.
 */
export function LiveChanges({ source, only }: { source: string; only?: string }) {
  const router = useRouter()
  const [offline, setOffline] = useState(false)

  useEffect(() => {
    let redrawnAt = 0
    let waiting: ReturnType<typeof setTimeout> | undefined
    let wasDown = false
    const redraw = () => {
      if (waiting !== undefined) return
      const rest = Math.max(0, redrawnAt + REDRAW_AT_MOST_EVERY_MS - Date.now())
      waiting = setTimeout(() => {
        waiting = undefined
        redrawnAt = Date.now()
        router.refresh()
      }, rest)
    }

    let stream: EventSource
    let redial: ReturnType<typeof setTimeout> | undefined
    const dial = () => {
      stream = new EventSource(source)
      stream.addEventListener('change', ({ data }) => {
        if (only === undefined || String(data).includes(only)) redraw()
      })
      // What changed while the line was down was never announced, so the page is redrawn.
      stream.onopen = () => {
        if (wasDown) redraw()
        wasDown = false
        setOffline(false)
      }
      stream.onerror = () => {
        wasDown = true
        setOffline(!navigator.onLine)
        // A dropped line is dialled again by EventSource itself; one that was refused is not.
        if (stream.readyState === EventSource.CLOSED) redial = setTimeout(dial, REDIAL_AFTER_MS)
      }
    }
    dial()
    const noteOffline = () => setOffline(true)
    const noteOnline = () => {
      setOffline(false)
      redraw()
    }
    window.addEventListener('offline', noteOffline)
    window.addEventListener('online', noteOnline)
    return () => {
      stream.close()
      clearTimeout(waiting)
      clearTimeout(redial)
      window.removeEventListener('offline', noteOffline)
      window.removeEventListener('online', noteOnline)
    }
  }, [source, only, router])

  return (
    <div role="status" className="print:hidden">
      {offline && (
        <p className="fixed inset-x-4 bottom-20 z-40 mx-auto w-fit rounded-full bg-ink px-4 py-2 text-center text-surface shadow-float md:bottom-6">
          You are offline. This page catches up by itself once you are back.
        </p>
      )}
    </div>
  )
}
