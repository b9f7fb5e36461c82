import { Body, Button, Container, Head, Heading, Hr, Html, Preview, Section, Text } from '@react-email/components'
import type { ReactElement, ReactNode } from 'react'
import { formatMoney } from '@/lib/money'
import type { LetterFacts } from '../email-moments'

/** An email as its template writes it: the subject line and the one component that HTML and plain text are made from. */
export type Letter = { subject: string; body: ReactElement }

/** Where links in emails lead; the base is known only when the email is sent. */
export type Links = { appUrl: string }

/** The frame of every email. `preview` is what an inbox shows beside the subject. */
export function LetterFrame({ preview, about, footer, children }: FrameProps) {
  return (
    <Html lang="en" dir="ltr">
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <style>{DARK}</style>
      </Head>
      <Body className="canvas" style={styles.body}>
        <Preview>{preview}</Preview>
        <Container style={styles.container}>
          <Text className="muted" style={styles.brand}>
            Requite
          </Text>
          <Section className="card" style={styles.card}>
            {children}
          </Section>
          <Text className="muted" style={styles.footer}>
            {footer}
          </Text>
          <Text className="muted" style={styles.footer}>
            {`Credit note ${about.creditNoteNumber} · proposal ${about.proposalNumber}`}
          </Text>
        </Container>
      </Body>
    </Html>
  )
}
type FrameProps = { preview: string; about: LetterFacts; footer: string; children: ReactNode }

/** A letter to the client; answers go to the freelancer. */
export function ClientLetter({
  preview,
  facts,
  children,
}: {
  preview: string
  facts: LetterFacts
  children: ReactNode
}) {
  const freelancer = isolated(facts.freelancer.name)
  return (
    <LetterFrame
      preview={preview}
      about={facts}
      footer={`Sent by Requite for ${freelancer}. Questions? Reply to this email and ${freelancer} will read it.`}
    >
      {children}
    </LetterFrame>
  )
}

/** A letter to the freelancer. */
export function FreelancerLetter({
  preview,
  facts,
  children,
}: {
  preview: string
  facts: LetterFacts
  children: ReactNode
}) {
  return (
    <LetterFrame
      preview={preview}
      about={facts}
      footer="Sent by Requite, your refund desk. Your client does not get this email."
    >
      {children}
    </LetterFrame>
  )
}

/** The email's one message, and below it the amount that it is about. */
export function Headline({ facts, children }: { facts: LetterFacts; children: string }) {
  return (
    <>
      <Heading as="h1" className="ink" style={styles.headline}>
        {children}
      </Heading>
      <Text className="ink" style={styles.amount}>
        {amountOf(facts)}
      </Text>
    </>
  )
}

export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <Text className="ink" style={styles.paragraph}>
      {children}
    </Text>
  )
}

/** A list of facts; in plain text its columns are kept. Rows without a value are left out. */
export function Facts({ rows }: { rows: [label: string, value: string | null][] }) {
  return (
    <>
      <Hr className="line" style={styles.line} data-skip-in-text="true" />
      <table data-text-format="dataTable" className="facts" cellPadding={0} cellSpacing={0} style={styles.facts}>
        <tbody>
          {rows.map(
            ([label, value]) =>
              value && (
                <tr key={label}>
                  <th scope="row" className="muted" style={styles.factLabel}>
                    {label}
                  </th>
                  <td className="ink" style={styles.factValue}>
                    {isolated(value)}
                  </td>
                </tr>
              ),
          )}
        </tbody>
      </table>
      <Hr className="line" style={styles.line} data-skip-in-text="true" />
    </>
  )
}

/** The one thing to do next. */
export function Action({ href, children }: { href: string; children: string }) {
  return (
    <Section style={styles.action}>
      <Button href={href} className="button" style={styles.button}>
        {children}
      </Button>
    </Section>
  )
}

/** The amount as the reader writes it. */
export function amountOf({ amount, currency, locale }: LetterFacts): string {
  return isolated(formatMoney({ amount, currency }, locale))
}

/** The page with the credit note's banner, where the freelancer acts. */
export function bannerLink({ appUrl }: Links, facts: LetterFacts): string {
  return `${appUrl}/credit-notes/${facts.creditNoteId}`
}

const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/** Keeps a name or an amount that is read from right to left from turning around the words beside it. */
export function isolated(text: string): string {
  return /[\p{Script=Arabic}\p{Script=Hebrew}\u200f]/u.test(text)
    ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}`
    : text
}

// Inline styles are what every mail program understands; the sheet below only turns the lights off.
const FONT = "Inter, -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
const INK = '#161b29'
const MUTED = '#4c5360'

const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .canvas, .canvas > table td { background-color: #0e1015 !important; }
  .card, .canvas .card td { background-color: #15181e !important; }
  .card { border-color: #272b33 !important; }
  .ink { color: #eef0f3 !important; }
  .muted { color: #b2b6bf !important; }
  .line { border-color: #272b33 !important; }
  .canvas .card .button { background-color: #9fb0f9 !important; color: #0a0f22 !important; }
}
@media (max-width: 440px) {
  .card { padding: 24px 20px !important; }
}
`

const styles = {
  body: { margin: 0, padding: '32px 12px', backgroundColor: '#f9fafb', fontFamily: FONT },
  container: { maxWidth: '560px', margin: '0 auto' },
  brand: {
    margin: '0 0 14px 2px',
    fontSize: '13px',
    lineHeight: '20px',
    fontWeight: 600,
    letterSpacing: '0.01em',
    color: MUTED,
  },
  card: { padding: '32px', backgroundColor: '#ffffff', border: '1px solid #e2e4e8', borderRadius: '12px' },
  headline: { margin: 0, fontSize: '17px', lineHeight: '24px', fontWeight: 600, color: INK },
  amount: {
    margin: '4px 0 20px',
    fontSize: '30px',
    lineHeight: '38px',
    fontWeight: 600,
    letterSpacing: '-0.01em',
    fontVariantNumeric: 'tabular-nums',
    color: INK,
  },
  paragraph: { margin: '0 0 14px', fontSize: '15px', lineHeight: '23px', color: INK, overflowWrap: 'anywhere' },
  line: { margin: '18px 0', border: 'none', borderTop: '1px solid #e2e4e8' },
  facts: { width: '100%', borderCollapse: 'collapse' },
  factLabel: {
    width: '124px',
    padding: '4px 16px 4px 0',
    verticalAlign: 'top',
    textAlign: 'left',
    fontSize: '14px',
    lineHeight: '21px',
    fontWeight: 400,
    color: MUTED,
  },
  factValue: {
    padding: '4px 0',
    verticalAlign: 'top',
    fontSize: '14px',
    lineHeight: '21px',
    fontVariantNumeric: 'tabular-nums',
    overflowWrap: 'anywhere',
    color: INK,
  },
  action: { margin: '22px 0 4px' },
  button: {
    padding: '11px 18px',
    borderRadius: '8px',
    backgroundColor: '#314dbe',
    color: '#ffffff',
    fontSize: '15px',
    lineHeight: '20px',
    fontWeight: 600,
    textDecoration: 'none',
  },
  footer: { margin: '14px 2px 0', fontSize: '12.5px', lineHeight: '19px', color: MUTED },
} as const
