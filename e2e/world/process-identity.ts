import { execFileSync } from 'node:child_process'
import { endGroup, type StartedChild } from './child-processes'

/**
 * Whether a noted process still runs. Its number alone is no proof, since numbers are given out again: the time at which
 * the system says it began must fit too.
 */
export function stillRuns({ pid, startedAt }: { pid: number; startedAt: number }): boolean {
  const began = beganAt(pid)
  return began !== undefined && Math.abs(began - startedAt) < 5000
}

/** Ends what an earlier run left behind when it was killed itself, and returns the names of what it ended. */
export function endLeftovers(children: StartedChild[]): string[] {
  return children.filter(stillRuns).map(({ name, pid }) => {
    endGroup(pid)
    return name
  })
}

function beganAt(pid: number): number | undefined {
  try {
    const answer = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    })
    const began = Date.parse(answer)
    return Number.isNaN(began) ? undefined : began
  } catch {
    return undefined
  }
}
