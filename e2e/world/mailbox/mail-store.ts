import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Attachment, simpleParser } from 'mailparser'
import { z } from 'zod'

const envelopeSchema = z.object({
  id: z.string(),
  receivedAt: z.iso.datetime(),
  from: z.string(),
  to: z.array(z.string()),
  /** When it was sent back to its sender; mails of older versions don't say. */
  returnedAt: z.iso.datetime().nullable().default(null),
})

/** Who the mail server was told to deliver to; a mail's own To line may say something else. */
export type Envelope = z.infer<typeof envelopeSchema>

export type Mail = Envelope & {
  messageId: string | null
  subject: string
  /** The From and To lines as people read them, with names. */
  fromLine: string
  toLine: string
  text: string
  html: string | null
  headers: Record<string, string>
  raw: Buffer
  attachments: Attachment[]
}

/**
 * The mails received, newest first, each kept as it came in `<id>.eml` beside its envelope in `<id>.json`, so that the
 * mailbox of yesterday's demo is still there today.
 */
export class MailStore {
  private mails: Mail[] = []
  private readonly listeners = new Set<() => void>()

  private constructor(private readonly folder: string) {}

  /** Opens the folder, made if need be, and reads what it holds. */
  static async open(folder: string): Promise<MailStore> {
    mkdirSync(folder, { recursive: true })
    const store = new MailStore(folder)
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const envelope = envelopeSchema.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
      store.mails.push(await parse(envelope, readFileSync(store.fileOf(envelope.id))))
    }
    store.mails.sort((a, b) => b.receivedAt.localeCompare(a.receivedAt))
    return store
  }

  /** Keeps a mail; once this resolves it survives the end of the process. */
  async keep(raw: Buffer, from: string, to: string[]): Promise<void> {
    const envelope = { id: randomUUID(), receivedAt: new Date().toISOString(), from, to, returnedAt: null }
    const mail = await parse(envelope, raw)
    writeFileSync(this.fileOf(envelope.id), raw)
    // The envelope appears last and whole: a mail without one was never accepted.
    this.write(envelope)
    this.mails.unshift(mail)
    this.tell()
  }

  /** Notes that a mail was sent back to its sender. */
  markReturned(mail: Mail): void {
    if (!this.mails.includes(mail)) return
    mail.returnedAt = new Date().toISOString()
    this.write(envelopeSchema.parse(mail))
    this.tell()
  }

  /** All mails, or those delivered to one address. */
  list(to?: string): Mail[] {
    const address = to?.toLowerCase()
    return this.mails.filter((mail) => address === undefined || mail.to.some((each) => each.toLowerCase() === address))
  }

  find(id: string): Mail | undefined {
    return this.mails.find((mail) => mail.id === id)
  }

  clear(): void {
    for (const file of readdirSync(this.folder)) rmSync(path.join(this.folder, file))
    this.mails = []
    this.tell()
  }

  /** Calls `listener` whenever a mail arrives or all are cleared, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private write(envelope: Envelope): void {
    const unfinished = path.join(this.folder, `${envelope.id}.unfinished`)
    writeFileSync(unfinished, JSON.stringify(envelope))
    renameSync(unfinished, path.join(this.folder, `${envelope.id}.json`))
  }

  private tell() {
    for (const listener of this.listeners) listener()
  }

  private fileOf(id: string): string {
    return path.join(this.folder, `${id}.eml`)
  }
}

async function parse(envelope: Envelope, raw: Buffer): Promise<Mail> {
  const mail = await simpleParser(raw)
  const lines = (address: typeof mail.to) => [address ?? []].flat().map(({ text }) => text)
  return {
    ...envelope,
    messageId: mail.messageId ?? null,
    subject: mail.subject?.trim() || '(no subject)',
    fromLine: lines(mail.from).join(', ') || envelope.from,
    toLine: lines(mail.to).join(', ') || envelope.to.join(', '),
    text: mail.text ?? '',
    html: mail.html || null,
    headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()])),
    raw,
    attachments: mail.attachments.filter((attachment) => !attachment.related),
  }
}
