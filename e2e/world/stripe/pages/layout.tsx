/** @jsxImportSource hono/jsx */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'

/** The frame of every page. No scripts: what a button does, a form does. */
export function Page({ title, children }: { title: string; children: Child }) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/simulator.css" />
      </head>
      <body>
        ${children}
      </body>
    </html>`
}

/** A button that makes one thing happen and leads back. */
export function ActButton(props: {
  to: string
  label: string
  hint?: string
  tone?: 'primary' | 'danger'
  children?: Child
}) {
  return (
    <form method="post" action={`/sim${props.to}`}>
      {props.children}
      <button type="submit" class={props.tone} title={props.hint}>
        {props.label}
      </button>
    </form>
  )
}

export type Tone = 'good' | 'wait' | 'bad' | 'quiet'

/** A status by word, shape and colour. */
export function Pill({ tone, children }: { tone: Tone; children: Child }) {
  return <span class={`pill ${tone}`}>{children}</span>
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })

/** A moment in UTC, from milliseconds since the epoch. */
export function Moment({ at }: { at: number }) {
  const date = new Date(at)
  return <time dateTime={date.toISOString()}>{clockFormat.format(date)} UTC</time>
}
