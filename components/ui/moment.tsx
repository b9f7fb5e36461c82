import { formatDay, formatMoment, formatMomentWithZone, type Reader } from '@/lib/dates'

/** A moment in the reader's time; hovering shows seconds and zone. `day` leaves the time of day to the tooltip. */
export function Moment({ at, reader, show = 'moment' }: { at: Date; reader: Reader; show?: 'day' | 'moment' }) {
  return (
    <time dateTime={at.toISOString()} title={formatMomentWithZone(at, reader)} className="nums">
      {show === 'day' ? formatDay(at, reader) : formatMoment(at, reader)}
    </time>
  )
}
