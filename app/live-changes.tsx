'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

/** Several changes in one breath are one redraw. */
const REDRAW_AT_MOST_EVERY_MS = 250
/** After a refusal, twice as long each time. */
const REDIAL_AFTER_MS = 2000
const REDIAL_AT_LEAST_EVERY_MS = 60_000

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
    const redraw = () => {
      waiting ??= setTimeout(
        () => {
          waiting = undefined
          redrawnAt = Date.now()
          router.refresh()
        },
        Math.max(0, redrawnAt + REDRAW_AT_MOST_EVERY_MS - Date.now()),
      )
    }

    let stream: EventSource | undefined
    let redial: ReturnType<typeof setTimeout> | undefined
    let refusals = 0
    let missed = false
    const dial = () => {
      stream = new EventSource(source)
      stream.addEventListener('change', ({ data }) => {
        // A null id: anything may have changed.
        if (only === undefined || `${data}`.includes(only) || `${data}`.includes('null')) redraw()
      })
      stream.onopen = () => {
        // What changed while nobody listened is not told again.
        if (missed) redraw()
        missed = false
        refusals = 0
        setOffline(false)
      }
      stream.onerror = () => {
        missed = true
        setOffline(!navigator.onLine)
        // A dropped line is dialled again by EventSource itself; one that was refused is not.
        if (stream?.readyState === EventSource.CLOSED) {
          redial = setTimeout(dial, Math.min(REDIAL_AFTER_MS * 2 ** refusals++, REDIAL_AT_LEAST_EVERY_MS))
        }
      }
    }
    const hangUp = () => {
      clearTimeout(redial)
      stream?.close()
      missed = true
    }
    // Over HTTP/1.1 a browser has six lines to a server: pages that nobody looks at must not hold them.
    const followEyes = () => {
      hangUp()
      if (document.visibilityState === 'visible') dial()
    }
    const noteOffline = () => setOffline(true)

    dial()
    document.addEventListener('visibilitychange', followEyes)
    window.addEventListener('offline', noteOffline)
    window.addEventListener('online', followEyes)
    return () => {
      hangUp()
      clearTimeout(waiting)
      document.removeEventListener('visibilitychange', followEyes)
      window.removeEventListener('offline', noteOffline)
      window.removeEventListener('online', followEyes)
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
