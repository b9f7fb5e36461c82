import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type Ledger, type LedgerSnapshot, ledgerSnapshot } from './ledger'

/** How long a change may wait for its write, so that a burst of calls costs one write. */
const writeAfterMilliseconds = 50

/** Follows a ledger on disk: every change is written within 100 ms (later once it takes longer to write), whole or not at all. */
export type LedgerFile = {
  /** Resolves once everything is written; nothing is written afterwards. */
  close(): Promise<void>
}

/** The ledger kept in `path`, or undefined when there is none yet. A file of another shape is an error, never overwritten. */
export function readLedgerFile(path: string): LedgerSnapshot | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (z.object({ code: z.literal('ENOENT') }).safeParse(error).success) return undefined
    throw error
  }
  return ledgerSnapshot.parse(JSON.parse(text))
}

/** Keeps `path` in step with the ledger. The file is replaced by rename, so a killed process leaves the last whole one. */
export function followLedger(ledger: Ledger, path: string): LedgerFile {
  mkdirSync(dirname(path), { recursive: true })
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  let unwritten = false

  let lastWriteTook = 0

  const changed = () => {
    unwritten = true
    // A ledger grown huge is written less often, so that writing never takes most of the time.
    const wait = Math.max(writeAfterMilliseconds, 3 * lastWriteTook)
    if (!timer && !writing) timer = setTimeout(write, wait)
  }
  const write = () => {
    timer = undefined
    unwritten = false
    const began = performance.now()
    writing = replaceFile(path, JSON.stringify(ledger.snapshot())).finally(() => {
      writing = undefined
      lastWriteTook = performance.now() - began
      if (unwritten) changed()
    })
  }
  ledger.onChange(changed)
  changed()

  return {
    async close() {
      ledger.onChange(() => {})
      // A write under way would otherwise finish after the last one and put the older state back.
      await writing
      clearTimeout(timer)
      await replaceFile(path, JSON.stringify(ledger.snapshot()))
    },
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`
  await writeFile(draft, text)
  await rename(draft, path)
}
