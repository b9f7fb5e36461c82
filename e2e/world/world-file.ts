import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const started = z.object({ pid: z.int(), startedAt: z.number() })

const worldFileSchema = z.object({
  ports: z.object({ app: z.int(), postgres: z.int(), simulator: z.int(), mailbox: z.int(), smtp: z.int() }),
  webhookSecret: z.string(),
  /** Whoever holds the world up right now, and where its desk is; null when nobody does. */
  holder: started.extend({ appUrl: z.string() }).nullable(),
  children: z.array(started.extend({ name: z.string() })),
})

export type WorldNotes = z.infer<typeof worldFileSchema>
export type Ports = WorldNotes['ports']

/** What one run of the demo leaves for the next: its ports, its secrets, and whom to end if it did not end them itself. */
export class WorldFile {
  private readonly file: string
  notes: WorldNotes

  constructor(readonly dataDir: string) {
    mkdirSync(dataDir, { recursive: true })
    this.file = path.join(dataDir, 'world.json')
    this.notes = (existsSync(this.file) && parsed(this.file)) || {
      ports: { app: 3000, postgres: 54329, simulator: 12111, mailbox: 8025, smtp: 1025 },
      webhookSecret: newWebhookSecret(),
      holder: null,
      children: [],
    }
  }

  note(notes: Partial<WorldNotes>): void {
    this.notes = { ...this.notes, ...notes }
    writeFileSync(`${this.file}.new`, `${JSON.stringify(this.notes, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${this.file}.new`, this.file)
  }
}

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString('hex')}`
}

/** Notes of another version, or torn ones, are no notes. */
function parsed(file: string): WorldNotes | undefined {
  try {
    return worldFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}
