import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import type { Mail, MailStore } from './mail-store'
import { mailboxPage, notFoundPage, notReturnedPage } from './mailbox-page'
import { type SmtpFaults, smtpFaultSchema } from './smtp-faults'
import { undeliverable } from './undeliverable'

/** The page for people and the API for tests. */
export function mailboxRoutes(store: MailStore, faults: SmtpFaults, bounceUrl: string | undefined): Hono {
  const app = new Hono()

  app.get('/', (c) => c.html(mailboxPage(store.list())))

  app.get('/messages/:id', (c) => {
    const mail = store.find(c.req.param('id'))
    if (!mail) return c.html(notFoundPage(), 404)
    const view = z
      .enum(['html', 'text', 'raw'])
      .catch(mail.html === null ? 'text' : 'html')
      .parse(c.req.query('view'))
    return c.html(mailboxPage(store.list(), { mail, view, returnable: bounceUrl !== undefined }))
  })

  app.get('/messages/:id/html', (c) => {
    const mail = store.find(c.req.param('id'))
    if (!mail?.html) return c.notFound()
    // A mail is a stranger's page: it may be looked at, it may run nothing and load nothing, its links open beside it.
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; sandbox allow-popups allow-popups-to-escape-sandbox",
    )
    return c.html(`<base target="_blank">${mail.html}`)
  })

  app.post('/messages/:id/return', async (c) => {
    const mail = store.find(c.req.param('id'))
    if (!mail || !bounceUrl) return c.html(notFoundPage(), 404)
    const body = new Uint8Array(undeliverable(mail, new Date()))
    const headers = { 'content-type': 'message/rfc822' }
    const answer = await fetch(bounceUrl, { method: 'POST', body, headers }).catch(() => null)
    if (!answer?.ok) return c.html(notReturnedPage(mail.id, answer?.status), 502)
    store.markReturned(mail)
    return c.redirect(`/messages/${mail.id}`, 303)
  })

  app.get('/messages/:id/raw', (c) => {
    const mail = store.find(c.req.param('id'))
    if (!mail) return c.notFound()
    return c.text(mail.raw.toString('utf8'), 200, { 'Content-Disposition': `inline; filename="${mail.id}.eml"` })
  })

  app.get('/messages/:id/attachments/:number', (c) => {
    const attachment = store.find(c.req.param('id'))?.attachments[Number(c.req.param('number'))]
    if (!attachment) return c.notFound()
    const name = encodeURIComponent(attachment.filename ?? 'attachment')
    return c.body(new Uint8Array(attachment.content), 200, {
      'Content-Type': attachment.contentType,
      'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
      'X-Content-Type-Options': 'nosniff',
    })
  })

  app.get('/changes', (c) =>
    streamSSE(c, async (stream) => {
      const ended = new Promise<void>((resolve) => stream.onAbort(resolve))
      const stopListening = store.onChange(() => void stream.writeSSE({ event: 'change', data: '' }))
      await ended
      stopListening()
    }),
  )

  app.get('/api/messages', (c) => c.json({ messages: store.list(c.req.query('to')).map(messageJson) }))

  app.get('/api/messages/:id', (c) => {
    const mail = store.find(c.req.param('id'))
    return mail ? c.json(messageJson(mail)) : c.notFound()
  })

  app.delete('/api/messages', (c) => {
    store.clear()
    return c.body(null, 204)
  })

  app.get('/api/faults', (c) => c.json({ faults: faults.list() }))

  app.post('/api/faults', async (c) => {
    const fault = smtpFaultSchema.safeParse(await c.req.json().catch(() => undefined))
    if (!fault.success) return c.json({ error: z.prettifyError(fault.error) }, 400)
    faults.add(fault.data)
    return c.json({ faults: faults.list() })
  })

  app.delete('/api/faults', (c) => {
    faults.clear()
    return c.body(null, 204)
  })

  return app
}

function messageJson({ raw, attachments, ...mail }: Mail) {
  return {
    ...mail,
    size: raw.length,
    attachments: attachments.map(({ filename, contentType, size }, index) => ({
      filename: filename ?? null,
      contentType,
      size,
      url: `/messages/${mail.id}/attachments/${index}`,
    })),
  }
}
