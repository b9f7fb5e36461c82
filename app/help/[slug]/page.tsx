import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { Chip } from '@/components/ui/chip'
import { sentenceCase } from '@/components/ui/sentence-case'
import type { Tone } from '@/components/ui/tone'
import { atAnyTime, type RefundReason, reasonOfSlug, VERDICT_LABELS, type Verdict } from '@/lib/refunds/refund-reasons'
import { REFUND_STATUSES } from '@/lib/refunds/refund-status'
import { STATUS_HELP, type StatusHelp } from '../status-help'

const VERDICT_TONES: Record<Verdict, Tone> = {
  retry_now: 'moving',
  not_yet: 'needs_you',
  will_not_help: 'failed',
  already_refunded: 'done',
}

function statusHelp(slug: string): StatusHelp | null {
  const status = REFUND_STATUSES.find((one) => one === slug)
  return status ? STATUS_HELP[status] : null
}

export async function generateMetadata({ params }: PageProps<'/help/[slug]'>): Promise<Metadata> {
  const { slug } = await params
  const title = statusHelp(slug)?.title ?? reasonOfSlug(slug)?.title
  return { title: title ? sentenceCase(title) : 'Not found' }
}

export default async function HelpOnSlug({ params }: PageProps<'/help/[slug]'>) {
  const { slug } = await params
  const status = statusHelp(slug)
  if (status) return <StatusPage help={status} />
  const reason = reasonOfSlug(slug)
  if (reason) return <ReasonPage reason={reason} />
  notFound()
}

function ReasonPage({ reason }: { reason: RefundReason }) {
  return (
    <Article title={sentenceCase(reason.title)} above={<code className="font-mono text-xs">{reason.code}</code>}>
      <Chip tone={VERDICT_TONES[reason.verdict]}>{VERDICT_LABELS[reason.verdict]}</Chip>
      <Part title="Why">
        <p>{reason.why}</p>
      </Part>
      <Part title="What to do">
        <p>{atAnyTime(reason).wayOut}</p>
      </Part>
    </Article>
  )
}

function StatusPage({ help }: { help: StatusHelp }) {
  return (
    <Article title={help.title} above="State of a refund">
      <Chip tone={help.mood}>{help.title}</Chip>
      <Part title="What it means">
        <p>{help.meaning}</p>
      </Part>
      <Part title="What happens next">
        <p>{help.next}</p>
      </Part>
      <Part title="What you can do">
        <ul className="list-disc space-y-1 pl-5 marker:text-faint">
          {help.acts.map((act) => (
            <li key={act}>{act}</li>
          ))}
        </ul>
      </Part>
    </Article>
  )
}

function Article({ title, above, children }: { title: string; above: ReactNode; children: ReactNode }) {
  return (
    <article>
      <p className="text-faint">{above}</p>
      <h1 className="mt-1 mb-4 text-2xl leading-8 font-semibold tracking-tight">{title}</h1>
      {children}
    </article>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-7 text-pretty">
      <h2 className="mb-1.5 font-semibold">{title}</h2>
      {children}
    </section>
  )
}
