import { Document, Page, renderToBuffer, StyleSheet, Text, View } from '@react-pdf/renderer'
import { formatCalendarDay, formatDay } from '@/lib/dates'
import { formatMoney } from '@/lib/money'
import { MANUAL_METHOD_NAMES } from '@/lib/refunds/refund-status'
import type { CreditNoteDocument } from './credit-note-document'
import { legible, typefaceFor } from './credit-note-fonts'

/** Prints a credit note on A4. The same document gives the same pages, whoever asks and whenever. */
export async function renderCreditNotePdf(document: CreditNoteDocument): Promise<Buffer> {
  const typeface = await typefaceFor(JSON.stringify(printOf(document, (text) => text)))
  const print = printOf(document, (text) => legible(text, typeface))
  return renderToBuffer(<CreditNotePdf print={print} fontFamily={typeface.families} />)
}

/** The name under which the file is saved or attached. */
export function creditNoteFileName(number: string): string {
  return `${number}.pdf`
}

type Print = ReturnType<typeof printOf>

/** Every text of the document as it is read, in the client's locale; `write` has the last word on each. */
function printOf(document: CreditNoteDocument, write: (text: string) => string) {
  const money = (amount: number) => write(formatMoney({ amount, currency: document.currency }, document.locale))
  const lines = (text: string) => text.split('\n').map(write)
  const { issuer, client, refund } = document
  return {
    number: document.number,
    issuedAt: document.issuedAt,
    issuerName: write(issuer.name),
    issuerLines: [
      ...lines(issuer.address),
      issuer.vatNumber ? write(`VAT ID ${issuer.vatNumber}`) : '',
      write(issuer.email),
    ],
    clientName: write(client.name),
    clientLines: lines(client.address),
    facts: [
      ['Date of issue', write(formatDay(new Date(document.issuedAt), document))],
      ['Proposal', write(`${document.proposalNumber} · ${document.proposalTitle}`)],
      ['Amendment', document.amendmentNumber],
      ['Reason', write(document.amendmentReason)],
    ],
    amendmentNumber: document.amendmentNumber,
    currency: document.currency.toUpperCase(),
    net: money(document.amountNet),
    vat: money(document.amountVat),
    gross: money(document.amountGross),
    refundSentence: refundSentence(refund),
    refundFacts: refundFacts(document).map(([label = '', value = '']) => [label, write(value)]),
  }
}

function refundSentence(refund: CreditNoteDocument['refund']): string {
  switch (refund.state) {
    case 'announced':
      return refund.depositMethod === 'card'
        ? 'The total goes back to the card that the deposit was paid with, through Stripe.'
        : 'The total goes back by bank transfer, as the deposit was paid.'
    case 'by_stripe':
      return 'The total has gone back to the card that the deposit was paid with, through Stripe.'
    case 'by_hand':
      return refund.method === 'chargeback'
        ? 'The total has gone back through the bank of the client: the dispute over the deposit was decided for the client.'
        : 'The total has gone back as follows.'
  }
}

function refundFacts({ refund, locale, timeZone }: CreditNoteDocument): string[][] {
  switch (refund.state) {
    case 'announced':
      return []
    case 'by_stripe':
      return [
        ['Date', formatDay(new Date(refund.completedAt), { locale, timeZone })],
        ['Stripe refund', refund.stripeRefundId],
        ...(refund.traceNumber ? [['Trace number (ARN)', refund.traceNumber]] : []),
      ]
    case 'by_hand':
      return [
        ['Method', capitalised(MANUAL_METHOD_NAMES[refund.method])],
        ['Date', formatCalendarDay(new Date(refund.refundedOn), locale)],
        ['Reference', refund.reference],
      ]
  }
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function CreditNotePdf({ print, fontFamily }: { print: Print; fontFamily: string[] }) {
  const issuedAt = new Date(print.issuedAt)
  return (
    <Document
      title={`Credit note ${print.number}`}
      author={print.issuerName}
      subject={`${print.gross} to ${print.clientName}`}
      creator="Requite"
      producer="Requite"
      language="en"
      creationDate={issuedAt}
      modificationDate={issuedAt}
    >
      <Page size="A4" style={[styles.page, { fontFamily }]}>
        <View style={styles.content}>
          <View style={styles.masthead}>
            <Text style={[styles.issuerName, directionOf(print.issuerName)]}>{print.issuerName}</Text>
            <View style={styles.heading}>
              <Text style={styles.title}>Credit note</Text>
              <Text style={styles.number}>{print.number}</Text>
            </View>
          </View>

          <View style={styles.parties}>
            <Party label="Issued by" name={print.issuerName} lines={print.issuerLines} />
            <Party label="Issued to" name={print.clientName} lines={print.clientLines} />
          </View>

          <Facts facts={print.facts} style={styles.facts} />

          <View style={styles.amounts} wrap={false}>
            <View style={styles.amountHead}>
              <Text>Reduction under amendment {print.amendmentNumber}</Text>
              <Text>{print.currency}</Text>
            </View>
            <Amount label="Net">{print.net}</Amount>
            <Amount label="VAT">{print.vat}</Amount>
            <View style={styles.total}>
              <Text style={styles.totalLabel}>Total credited (gross)</Text>
              <Text style={styles.totalAmount}>{print.gross}</Text>
            </View>
          </View>

          <View style={styles.refund} wrap={false}>
            <Text style={styles.label}>Refund</Text>
            <Text>{print.refundSentence}</Text>
            <Facts facts={print.refundFacts} />
          </View>
        </View>

        <View style={styles.footer} fixed>
          <Text style={styles.footerIssuer}>{print.issuerName}</Text>
          <Text>{print.number}</Text>
          <Text render={({ pageNumber, totalPages }) => `Page ${pageNumber} of ${totalPages}`} />
        </View>
      </Page>
    </Document>
  )
}

function Party({ label, name, lines }: { label: string; name: string; lines: string[] }) {
  return (
    <View style={styles.party}>
      <Text style={styles.label}>{label}</Text>
      <Text style={[styles.strong, directionOf(name)]}>{name}</Text>
      {lines.map(
        (line) =>
          line.trim() && (
            <Text key={line} style={directionOf(line)}>
              {line}
            </Text>
          ),
      )}
    </View>
  )
}

function Facts({ facts, style = {} }: { facts: string[][]; style?: { marginTop?: number } }) {
  return (
    <View style={style}>
      {facts.map(([label = '', value = '']) => (
        <View key={label} style={styles.fact}>
          <Text style={styles.factLabel}>{label}</Text>
          <Text style={[styles.factValue, directionOf(value)]}>{value}</Text>
        </View>
      ))}
    </View>
  )
}

function Amount({ label, children }: { label: string; children: string }) {
  return (
    <View style={styles.amount}>
      <Text>{label}</Text>
      <Text style={styles.figure}>{children}</Text>
    </View>
  )
}

/** A text whose first letter is read from the right is laid out from the right, but stands in its column like the others. */
function directionOf(text: string) {
  const first = text.match(/\p{L}/u)?.[0] ?? ''
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(first) ? styles.rightToLeft : {}
}

const ink = '#14171f'
const muted = '#5b6270'
const line = '#d9dde4'

const styles = StyleSheet.create({
  page: {
    paddingTop: 56,
    paddingBottom: 72,
    paddingHorizontal: 56,
    color: ink,
  },
  // Not on the page itself: the footer would vanish.
  content: { fontSize: 9.5, lineHeight: 1.45 },
  masthead: {
    flexDirection: 'row',
    justifyContent: 'space-between',
    alignItems: 'flex-start',
    gap: 32,
  },
  issuerName: { flex: 1, fontSize: 12, fontWeight: 600 },
  title: { fontSize: 20, fontWeight: 600, lineHeight: 1.2 },
  heading: { alignItems: 'flex-end' },
  number: { fontSize: 11, color: muted },
  rightToLeft: { direction: 'rtl', textAlign: 'left' },
  parties: { flexDirection: 'row', gap: 32, marginTop: 40 },
  party: { flex: 1 },
  label: { fontSize: 8, color: muted, marginBottom: 4 },
  strong: { fontWeight: 600 },
  facts: { marginTop: 32 },
  fact: { flexDirection: 'row', gap: 16, marginTop: 3 },
  factLabel: { width: 104, color: muted },
  factValue: { flex: 1 },
  amounts: { marginTop: 32, borderTopWidth: 1, borderTopColor: ink },
  amountHead: {
    flexDirection: 'row',
    justifyContent: 'space-between',
    paddingVertical: 7,
    fontWeight: 600,
    borderBottomWidth: 0.5,
    borderBottomColor: line,
  },
  amount: {
    flexDirection: 'row',
    justifyContent: 'space-between',
    paddingVertical: 7,
    borderBottomWidth: 0.5,
    borderBottomColor: line,
  },
  figure: { textAlign: 'right', fontFeatureSettings: ['tnum'] },
  total: {
    flexDirection: 'row',
    justifyContent: 'space-between',
    alignItems: 'baseline',
    paddingVertical: 10,
  },
  totalLabel: { fontWeight: 600, fontSize: 11 },
  totalAmount: {
    fontWeight: 600,
    fontSize: 15,
    textAlign: 'right',
    fontFeatureSettings: ['tnum'],
  },
  refund: {
    marginTop: 20,
    paddingTop: 12,
    borderTopWidth: 0.5,
    borderTopColor: line,
  },
  footer: {
    position: 'absolute',
    bottom: 32,
    left: 56,
    right: 56,
    flexDirection: 'row',
    justifyContent: 'space-between',
    gap: 24,
    paddingTop: 8,
    borderTopWidth: 0.5,
    borderTopColor: line,
    fontSize: 8,
    color: muted,
  },
  footerIssuer: { width: 320, maxLines: 1, textOverflow: 'ellipsis' },
})
