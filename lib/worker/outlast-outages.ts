import { setTimeout as pause } from 'node:timers/promises'
import type { JobHelpers, Task, TaskList } from 'graphile-worker'

const AGAIN_AFTER_MS = 250

/**
 * The same tasks, none of which comes to its end while the database is away, or can't be written to. graphile-worker writes
 * down what became of a job once, and when it can't, Node ends the process, and with it whatever other jobs are at: an email
 * may be on its way. `write` is anything that writes to the database and throws when it can't.
 */
export function outlastingOutages(tasks: TaskList, write: () => Promise<void>): TaskList {
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, task && outlasting(task, write)]))
}

function outlasting(task: Task, write: () => Promise<void>): Task {
  return async (payload, helpers) => {
    try {
      await task(payload, helpers)
    } finally {
      await untilWritten(write, helpers)
    }
  }
}

/** Resolves as soon as the database takes what is written, or when the worker shall stop without it. */
async function untilWritten(write: () => Promise<void>, { abortSignal }: JobHelpers): Promise<void> {
  while (!abortSignal?.aborted) {
    try {
      return await write()
    } catch {
      await pause(AGAIN_AFTER_MS)
    }
  }
}
