import { setTimeout as pause } from 'node:timers/promises'
import type { JobHelpers, Task, TaskList } from 'graphile-worker'
import { pingDatabase } from '@/lib/db'

const AGAIN_AFTER_MS = 250

/**
 * The same tasks, none of which comes to its end while the database is away. graphile-worker writes down what became of a job
 * once, and when it can't, Node ends the process, and with it whatever other jobs are at: an email may be on its way.
 */
export function outlastingOutages(tasks: TaskList): TaskList {
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, task && outlasting(task)]))
}

function outlasting(task: Task): Task {
  return async (payload, helpers) => {
    try {
      await task(payload, helpers)
    } finally {
      await databaseAnswers(helpers)
    }
  }
}

/** Resolves as soon as the database answers, or when the worker shall stop without it. */
async function databaseAnswers({ abortSignal }: JobHelpers): Promise<void> {
  while (!abortSignal?.aborted) {
    try {
      return await pingDatabase()
    } catch {
      await pause(AGAIN_AFTER_MS)
    }
  }
}
