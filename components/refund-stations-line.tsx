import { Moment } from '@/components/ui/moment'
import type { Reader } from '@/lib/dates'
import type { Station, StationState } from './refund-stations'

const STATE_WORDS: Record<StationState, string> = {
  done: 'done',
  current: 'now',
  failed: 'failed here',
  ahead: 'not yet',
}

function StationMark({ state }: { state: StationState }) {
  if (state === 'current') {
    return (
      <span className="relative grid size-5 place-items-center rounded-full border-2 border-moving bg-surface">
        <span className="size-2 rounded-full bg-moving motion-safe:animate-pulse" />
      </span>
    )
  }
  const shape = {
    done: 'border-done bg-done text-surface',
    failed: 'border-failed bg-failed text-surface',
    ahead: 'border-edge border-dashed bg-surface',
  }
  return (
    <span className={`grid size-5 place-items-center rounded-full border-2 ${shape[state]}`}>
      {state !== 'ahead' && (
        <svg
          viewBox="0 0 16 16"
          className="size-3"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeLinejoin="round"
          aria-hidden="true"
        >
          <path d={state === 'done' ? 'm3.5 8.5 3 3 6-6.5' : 'm4 4 8 8m0-8-8 8'} />
        </svg>
      )}
    </span>
  )
}

/** The money's way back, drawn as stops on a line: across on a desk, down on a phone. */
export function RefundStationsLine({ stations, reader }: { stations: Station[]; reader: Reader }) {
  return (
    <ol aria-label="Where the money is" className="grid md:auto-cols-fr md:grid-flow-col">
      {stations.map((station, index) => {
        const next = stations[index + 1]
        const travelled = next !== undefined && next.state !== 'ahead'
        return (
          <li
            key={station.name}
            aria-current={station.state === 'current' ? 'step' : undefined}
            className="group relative flex gap-3 not-last:min-h-13 md:min-h-0! md:flex-col md:gap-2 md:pr-4"
          >
            {next && (
              <span
                aria-hidden="true"
                className={`absolute top-5 bottom-0 left-[9px] w-0.5 md:top-[9px] md:right-0 md:bottom-auto md:left-5 md:h-0.5 md:w-auto ${travelled ? 'bg-done' : 'bg-line'}`}
              />
            )}
            <StationMark state={station.state} />
            <div className="pb-3 group-last:pb-0 md:pb-0">
              <p className={station.state === 'ahead' ? 'text-faint' : 'font-medium'}>
                {station.name}
                <span className="sr-only">: {STATE_WORDS[station.state]}</span>
              </p>
              <p
                className={`text-[0.8125rem] leading-4.5 ${station.state === 'failed' ? 'text-failed' : 'text-faint'}`}
              >
                {station.note}
                {station.note && station.at && ', '}
                {station.at && <Moment at={station.at} reader={reader} show="day" />}
              </p>
            </div>
          </li>
        )
      })}
    </ol>
  )
}
