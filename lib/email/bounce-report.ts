import { type ParsedMail, simpleParser } from 'mailparser'
import { z } from 'zod'

/** What a mail server has reported of a mail that it once took (RFC 3464). */
export type BounceReport = {
  /** The report's own Message-ID, by which a repetition is told; null when it has none. */
  id: string | null
  /** The Message-ID of the mail it speaks of; null when it does not quote it. */
  messageId: string | null
  /** The recipients that were given up. One that is still tried, or got the mail, is none of them. */
  failures: Failure[]
}
type Failure = { addresses: string[]; reason: string }

/**
 * So much of a report is read. The order of its parts is fixed (RFC 6522): a notice for people, what became of the mail, then
 * the mail, of which we need the head alone. Nothing that counts stands farther back, unless a notice is longer than any that
 * mail servers write; such a report names no recipient or no mail, and changes nothing.
 */
export const REPORT_LIMIT_BYTES = 128 * 1024
const PART_LIMIT_BYTES = 64 * 1024
/** As many characters of the reason are kept and shown. */
const REASON_LIMIT = 300

/**
 * Anybody may send anything here, and addresses in the heads keep the parser busy: at these limits for a tenth of a second in
 * all, a hundredth at a stretch. Gmail's reports have eight parts, the most of those known; heads of parts are a few lines,
 * and of the report's own no more is left.
 */
const PARSER_LIMITS = {
  maxHeadSize: 2 * 1024,
  maxChildNodes: 10,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
} as const

/** One report is read at a time: one that the parser never finishes must not be the last. */
const PARSER_DEADLINE_MS = 10_000

const STATUS_PARTS = /^message\/(global-)?delivery-status$/
const RETURNED_PARTS = /^(message\/(rfc822|global)(-headers)?|text\/rfc822-headers)$/

const reportType = z.object({ value: z.literal('multipart/report') })

const recipientFields = z.object({
  'final-recipient': z.string(),
  'original-recipient': z.string().optional(),
  action: z
    .string()
    .transform((action) => /^[a-z]+/i.exec(action)?.[0].toLowerCase())
    .pipe(z.enum(['failed', 'delayed', 'delivered', 'relayed', 'expanded'])),
  status: z.string().default(''),
  'diagnostic-code': z.string().default(''),
})
type RecipientFields = z.infer<typeof recipientFields>

/** Reads a mail as a delivery report; null when it is none. */
export async function readBounceReport(raw: Buffer): Promise<BounceReport | null> {
  const mail = await parse(withShortHead(raw.subarray(0, REPORT_LIMIT_BYTES)))
  if (!mail || !reportType.safeParse(mail.headers?.get('content-type')).success) return null
  const partLike = (type: RegExp) => {
    const part = mail.attachments.find(({ contentType }) => type.test(contentType))
    return fieldBlocks(part?.content.subarray(0, PART_LIMIT_BYTES).toString('utf8') ?? '')
  }
  const recipients = partLike(STATUS_PARTS).flatMap((block) => recipientFields.safeParse(block).data ?? [])
  if (recipients.length === 0) return null
  return {
    id: messageIdIn(mail.messageId),
    messageId: messageIdIn(partLike(RETURNED_PARTS)[0]?.['message-id']),
    failures: recipients.filter(({ action }) => action === 'failed').map(failureOf),
  }
}

async function parse(raw: Buffer): Promise<ParsedMail | null> {
  let deadline: NodeJS.Timeout | undefined
  const tooLate = new Promise<null>((resolve) => {
    deadline = setTimeout(resolve, PARSER_DEADLINE_MS, null)
  })
  const parsed = simpleParser(raw, PARSER_LIMITS).catch(() => null)
  return Promise.race([parsed, tooLate]).finally(() => clearTimeout(deadline))
}

/** The mail with those fields of its own head that are read here: signatures and traces of its way fill many kilobytes. */
function withShortHead(raw: Buffer): Buffer {
  const [head = ''] = raw.toString('latin1').split(/\r?\n\r?\n/, 1)
  const fields = head.split(/\r?\n(?![ \t])/).filter((field) => /^(message-id|content-[a-z-]+):/i.test(field))
  return Buffer.concat([Buffer.from(fields.join('\r\n'), 'latin1'), raw.subarray(head.length)])
}

/** Why a mail to this address came back, in a sentence or two; null when the report says no such thing. */
export function reasonFor(report: BounceReport, recipient: string): string | null {
  return report.failures.find(({ addresses }) => addresses.includes(recipient.toLowerCase()))?.reason ?? null
}

function failureOf(fields: RecipientFields): Failure {
  const { 'final-recipient': final, 'original-recipient': original, status, 'diagnostic-code': diagnostic } = fields
  return { addresses: [final, original ?? final].map(addressIn), reason: reasonOf(status, diagnostic) }
}

/** Blocks of `Name: value` with a blank line between them; an indented line goes on with the one before. Names in lower case. */
function fieldBlocks(text: string): Record<string, string>[] {
  const blocks = text.trim().split(/(?:\r?\n[ \t]*){2,}/)
  return blocks.map((block) => {
    const lines = block.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
    // Of two fields of one name the first counts.
    return Object.fromEntries(lines.toReversed().map(fieldOf))
  })
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, Math.max(colon, 0)).trim().toLowerCase(), line.slice(colon + 1).trim()]
}

function messageIdIn(field: string | undefined): string | null {
  return /<[!-;=?-~]+>/.exec(field ?? '')?.[0] ?? null
}

/** `rfc822; Anna@Example.com` → `anna@example.com`. */
function addressIn(field: string): string {
  return field
    .replace(/^[^;]*;/, '')
    .replace(/[<>\s]/g, '')
    .toLowerCase()
}

/** What the last two numbers of an enhanced status code say (RFC 3463, 5248), or at least the first of them. */
const WORDS: Record<string, string> = {
  '1': 'Something is wrong with this address.',
  '1.1': 'There is no such mailbox.',
  '1.2': 'The domain of this address does not exist.',
  '1.6': 'The mailbox has moved and left no new address.',
  '1.10': 'The domain of this address takes no mail.',
  '2': 'The mailbox did not take it.',
  '2.1': 'The mailbox is switched off.',
  '2.2': 'The mailbox is full.',
  '2.3': 'It is too large for this mailbox.',
  '3.4': 'It is too large for the recipient’s mail server.',
  '4': 'The recipient’s mail server could not be reached.',
  '4.7': 'The recipient’s mail server did not take it in time.',
  '7': 'The recipient’s mail server refused it by its own rules.',
}

/** The status is often a mere 5.0.0 where the server's own words hold a code that says more. */
function reasonOf(status: string, diagnostic: string): string {
  const known = [status, diagnostic].flatMap((text) => {
    const [, subject = '', detail = ''] = /(?<![\d.])[45]\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/.exec(text) ?? []
    return WORDS[`${subject}.${detail}`] ?? WORDS[subject] ?? []
  })
  const words = known[0] ?? 'It could not be delivered.'
  const said = diagnostic
    .replace(/^[^;\s]*\s*;/, '')
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
  // By characters: half of one could not be stored.
  return [...(said ? `${words} The mail server said: ${said}` : words)].slice(0, REASON_LIMIT).join('')
}
