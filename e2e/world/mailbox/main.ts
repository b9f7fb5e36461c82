import { z } from 'zod'
import { startMailbox } from './mailbox'

const port = z.coerce.number().int().min(0).max(65_535).default(0)
const environment = z
  .object({
    MAILBOX_SMTP_PORT: port,
    MAILBOX_HTTP_PORT: port,
    MAILBOX_DATA: z.string().min(1).default('.data/mailbox'),
    MAILBOX_BOUNCE_URL: z.url().optional(),
  })
  .safeParse(process.env)
if (!environment.success) {
  console.error(z.prettifyError(environment.error))
  process.exit(1)
}

const { data } = environment
const mailbox = await startMailbox({
  dataDir: data.MAILBOX_DATA,
  smtpPort: data.MAILBOX_SMTP_PORT,
  httpPort: data.MAILBOX_HTTP_PORT,
  bounceUrl: data.MAILBOX_BOUNCE_URL,
})
console.log(JSON.stringify({ ready: true, url: mailbox.url, smtpUrl: mailbox.smtpUrl }))

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void mailbox.close().then(() => process.exit(0)))
}
