import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { endGroup, type StartedChild } from './child-processes'

/**
 * Whether a noted process still runs. Its number alone is no proof, since numbers are given out again: the time at which
 * the system says it began must fit too.
 */
export function stillRuns({ pid, startedAt }: { pid: number; startedAt: number }): boolean {
  const began = beganAt(pid)
  return began !== undefined && Math.abs(began - startedAt) < 5000
}

/** Ends what an earlier run left behind when it was killed itself; resolves, once it is gone, to the names of what it was. */
export async function endLeftovers(children: StartedChild[]): Promise<string[]> {
  const left = children.filter(stillRuns)
  for (const { pid } of left) endGroup(pid)
  while (left.some(stillRuns)) await delay(50)
  return left.map(({ name }) => name)
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
