import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type Ledger, type LedgerSnapshot, ledgerSnapshot } from './ledger'

/** How long a change may wait for its write, so that a burst of calls costs one write. */
const writeAfterMilliseconds = 50

/** Follows a ledger on disk: every change is written within 100 ms, whole or not at all. */
export type LedgerFile = {
  /** Writes what is still unwritten before returning; nothing is written afterwards. */
  close(): void
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
  const draft = `${path}.draft`
  let timer: NodeJS.Timeout | undefined
  let writing = false
  let unwritten = true
  let closed = false

  const schedule = () => {
    unwritten = true
    if (!timer && !writing && !closed) timer = setTimeout(() => void write(), writeAfterMilliseconds)
  }
  const write = async () => {
    timer = undefined
    writing = true
    unwritten = false
    await writeFile(draft, JSON.stringify(ledger.snapshot()))
    if (!closed) await rename(draft, path)
    writing = false
    if (unwritten) schedule()
  }
  ledger.onChange(schedule)
  schedule()

  return {
    close() {
      closed = true
      clearTimeout(timer)
      const last = `${path}.last`
      writeFileSync(last, JSON.stringify(ledger.snapshot()))
      renameSync(last, path)
    },
  }
}
