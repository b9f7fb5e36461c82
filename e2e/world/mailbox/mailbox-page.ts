import { html } from 'hono/html'
import type { Mail } from './mail-store'
import { mailboxStyle } from './mailbox-style'

export type MailView = 'html' | 'text' | 'raw'
type OpenMail = { mail: Mail; view: MailView; returnable: boolean }

/** The list of mails and, beside it (on a phone instead of it), the one that is open. */
export function mailboxPage(mails: Mail[], open?: OpenMail) {
  return page(
    open ? `${open.mail.subject} · Mailbox` : 'Mailbox',
    html`<div class="desk ${open ? 'reading' : ''}">
      <nav class="list" aria-label="Mails">${mails.length ? mailList(mails, open?.mail.id) : noMails()}</nav>
      <main class="mail">${open ? openMail(open) : nothingOpen(mails.length)}</main>
    </div>`,
    mails.length,
  )
}

export function notFoundPage() {
  return page(
    'Not found · Mailbox',
    html`<main class="mail"><p class="quiet">This mail is not here any more. <a href="/">Back to the list</a></p></main>`,
  )
}

export function notReturnedPage(id: string, status: number | undefined) {
  return page(
    'Not returned · Mailbox',
    html`<main class="mail"><p class="quiet">The mail could not be returned: ${
      status ? `the app answered ${status}.` : 'the app does not answer.'
    } <a href="/messages/${id}">Back to the mail</a></p></main>`,
  )
}

function page(title: string, body: unknown, count = 0) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}" />
        <style>
          ${mailboxStyle}
        </style>
      </head>
      <body>
        <header>
          <h1><a href="/">Mailbox</a></h1>
          <p>${count === 0 ? 'No mails yet' : count === 1 ? '1 mail' : `${count} mails`} · kept on this machine, delivered to nobody</p>
        </header>
        ${body}
        <script>
          let asked = 0
          new EventSource('/changes').addEventListener('change', async () => {
            const mine = ++asked
            const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html')
            if (mine < asked) return
            const [list, now] = [document, fresh].map((page) => page.querySelector('.list'))
            if (!list || !now) return
            document.querySelector('header p').replaceWith(fresh.querySelector('header p'))
            const [rows, freshRows] = [list, now].map((one) => one.querySelector('ul'))
            if (!rows || !freshRows) return list.replaceChildren(...now.childNodes)
            // A row that is still the same stays the same element: somebody may be about to open it.
            const kept = new Map([...rows.children].map((row) => [row.innerHTML, row]))
            let next = rows.firstElementChild
            for (const row of [...freshRows.children]) {
              const same = kept.get(row.innerHTML)
              kept.delete(row.innerHTML)
              if (same) next = same.nextElementSibling
              else rows.insertBefore(row, next)
            }
            for (const gone of kept.values()) gone.remove()
          })
        </script>
      </body>
    </html>`
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="3" y="7" width="26" height="19" rx="4" fill="#4a53c9"/><path d="m5 10 11 9 11-9" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"/></svg>`

function mailList(mails: Mail[], openId: string | undefined) {
  return html`<ul>
    ${mails.map(
      (mail) => html`<li>
        <a href="/messages/${mail.id}" ${mail.id === openId ? html`aria-current="page"` : ''}>
          <span class="line"><strong>${mail.to.join(', ')}</strong>${moment(mail.receivedAt)}</span>
          <span class="subject">${mail.subject}</span>
          <span class="beginning">${mail.text.replace(/\s+/g, ' ').slice(0, 120)}</span>
          ${mail.returnedAt ? html`<span class="returned">Returned as undeliverable</span>` : ''}
          ${mail.attachments.length ? html`<span class="attached">${attachedWords(mail)}</span>` : ''}
        </a>
      </li>`,
    )}
  </ul>`
}

function attachedWords({ attachments }: Mail): string {
  return attachments.map(({ filename }) => filename ?? 'attachment').join(', ')
}

function noMails() {
  return html`<p class="quiet">Nothing has been sent yet. Mails appear here by themselves.</p>`
}

function nothingOpen(count: number) {
  return html`<p class="quiet">
    ${count ? 'Choose a mail to read it.' : 'Whatever the app sends to clients and freelancers lands here and goes no further.'}
  </p>`
}

function openMail({ mail, view, returnable }: OpenMail) {
  const tab = (name: MailView, label: string) =>
    html`<a href="/messages/${mail.id}?view=${name}" ${name === view ? html`aria-current="true"` : ''}>${label}</a>`
  return html`<a class="back" href="/">All mails</a>
    <h2>${mail.subject}</h2>
    <dl>
      <div><dt>From</dt><dd>${mail.fromLine}</dd></div>
      <div><dt>To</dt><dd>${mail.toLine}</dd></div>
      <div><dt>Received</dt><dd>${moment(mail.receivedAt)}</dd></div>
      ${mail.returnedAt ? html`<div><dt>Returned</dt><dd class="returned">${moment(mail.returnedAt)}, as undeliverable</dd></div>` : ''}
      ${
        mail.attachments.length
          ? html`<div><dt>Attached</dt><dd>${mail.attachments.map(
              ({ filename, size }, index) =>
                html`<a class="file" href="/messages/${mail.id}/attachments/${index}" download>${filename ?? 'attachment'} <small>${kilobytes(size)}</small></a>`,
            )}</dd></div>`
          : ''
      }
    </dl>
    <div class="bar">
      <p class="views" role="group" aria-label="View">
        ${mail.html === null ? '' : tab('html', 'HTML')}${tab('text', 'Plain text')}${tab('raw', 'Raw')}
      </p>
      ${returnable && !mail.returnedAt ? returnButton(mail.id) : ''}
    </div>
    ${viewOf(mail, view)}`
}

/** As if the mail server of the address had taken the mail and found only then that nobody is there. */
function returnButton(id: string) {
  return html`<form method="post" action="/messages/${id}/return"><button>Return as undeliverable</button></form>`
}

function viewOf(mail: Mail, view: MailView) {
  switch (view) {
    case 'html':
      return html`<iframe
        title="The mail as its reader sees it"
        src="/messages/${mail.id}/html"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
      ></iframe>`
    case 'text':
      return html`<pre class="text" tabindex="0">${mail.text || 'This mail has no plain text.'}</pre>`
    case 'raw':
      return html`<pre class="raw" tabindex="0">${mail.raw.toString('utf8')}</pre>`
  }
}

const momentFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

function moment(iso: string) {
  return html`<time datetime="${iso}" title="${iso}">${momentFormat.format(new Date(iso))} UTC</time>`
}

function kilobytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`
}
