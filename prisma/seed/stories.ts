import type { Line } from '@/lib/proposals/proposal-store'

/** What becomes of a demo credit note once its amendment is signed. */
export type Ending =
  /** The refund runs and the bank settles it. */
  | { kind: 'succeeded' }
  /** Stripe has accepted the refund; the bank has not moved yet. */
  | { kind: 'requested' }
  /** Settled, then sent back by the bank. */
  | { kind: 'bounced' }
  /** The client has not finished paying, so the refund waits. */
  | { kind: 'deposit_unconfirmed' }
  /** Stripe was asked and refuses, for a reason that lies at Stripe. */
  | { kind: 'refused_by_stripe' }
  /** The same payment was refunded by hand in Stripe's Dashboard. */
  | { kind: 'refunded_elsewhere' }
  /** A refusal that was stored in the past. */
  | { kind: 'refused_before'; code: string; message: string }
  /** Paid by bank transfer, so it goes back by bank transfer. */
  | { kind: 'transfer_to_confirm' }
  | { kind: 'marked_refunded'; method: 'sepa' | 'paypal'; reference: string }
  /** The client has the link and has not signed. */
  | { kind: 'unsigned' }

export type Story = {
  client: { name: string; email: string; address: string; locale: string }
  title: string
  currency: string
  lines: Line[]
  /** What the client paid up front, minor units. */
  paid: number
  /** A test card of Stripe's; null for a bank transfer. */
  card: string | null
  /** Older deposits know only their charge. */
  knownBy?: 'charge'
  reason: string
  linesAfter: Line[]
  ending: Ending
}

const VAT_DE = 1900
const line = (description: string, quantity: number, unitNet: number, vatRate = VAT_DE): Line => ({
  description,
  quantity,
  unitNet,
  vatRate,
})

/** The first demo freelancer's year: every status, every verdict, EUR, JPY and KWD. Amounts in minor units. */
export const FREELANCER_STORIES: Story[] = [
  {
    client: {
      name: 'Brauhaus Kastanie GmbH',
      email: 'einkauf@brauhaus-kastanie.example',
      address: 'Kastanienallee 12\n10435 Berlin\nGermany',
      locale: 'de-DE',
    },
    title: 'Label design for the summer beers',
    currency: 'eur',
    lines: [line('Label design, per beer', 6, 42_000), line('Print supervision, per day', 2, 68_000)],
    paid: 300_000,
    card: 'pm_card_refundFail',
    reason: 'Three of the six beers are not brewed this year.',
    linesAfter: [line('Label design, per beer', 3, 42_000), line('Print supervision, per day', 1, 68_000)],
    ending: { kind: 'bounced' },
  },
  {
    client: {
      name: 'Harbour & Pine Architects',
      email: 'office@harbourpine.example',
      address: '4 Grattan Quay\nCork T12 X4F2\nIreland',
      locale: 'en-IE',
    },
    title: 'Website for the new practice',
    currency: 'eur',
    lines: [line('Design, per page', 8, 45_000), line('Photography, per day', 2, 90_000)],
    paid: 240_000,
    card: 'pm_card_visa',
    reason: 'The practice takes its own photographs and drops three pages.',
    linesAfter: [line('Design, per page', 4, 45_000)],
    ending: { kind: 'succeeded' },
  },
  {
    client: {
      name: '株式会社みずほ堂',
      email: 'keiri@mizuhodo.example',
      address: '京都市中京区寺町通 1-2\n604-0911\nJapan',
      locale: 'ja-JP',
    },
    title: 'Packaging for a tea series',
    currency: 'jpy',
    lines: [line('Packaging design, per tea', 5, 120_000, 0)],
    paid: 600_000,
    card: 'pm_card_visa',
    knownBy: 'charge',
    reason: 'Two teas join the series next year instead.',
    linesAfter: [line('Packaging design, per tea', 3, 120_000, 0)],
    ending: { kind: 'succeeded' },
  },
  {
    client: {
      name: 'Kuwait Maritime Museum',
      email: 'projects@kmm.example',
      address: 'Arabian Gulf Street\n13001 Kuwait City\nKuwait',
      locale: 'en-GB',
    },
    title: 'Audio guide, script and recording',
    currency: 'kwd',
    lines: [line('Script, per room', 9, 145_500, 0)],
    paid: 1_309_500,
    card: 'pm_card_visa',
    reason: 'Two rooms stay closed.',
    linesAfter: [line('Script, per room', 7, 145_500, 0)],
    ending: {
      kind: 'refused_before',
      code: 'card_account_closed',
      message: 'The card account that this payment was made with has been closed.',
    },
  },
  {
    client: {
      name: 'Osteria del Ponte',
      email: 'ciao@osteriadelponte.example',
      address: 'Via dei Mille 8\n10123 Torino\nItaly',
      locale: 'it-IT',
    },
    title: 'Menu design and printing',
    currency: 'eur',
    lines: [line('Menu design', 1, 84_000), line('Printing, per hundred', 4, 21_000)],
    paid: 168_000,
    card: 'pm_card_pendingRefund',
    reason: 'Printing is ordered from a local shop.',
    linesAfter: [line('Menu design', 1, 84_000)],
    ending: { kind: 'requested' },
  },
  {
    client: {
      name: 'Nordlicht Yoga',
      email: 'hallo@nordlicht-yoga.example',
      address: 'Deichstraße 3\n24103 Kiel\nGermany',
      locale: 'de-DE',
    },
    title: 'Booking pages',
    currency: 'eur',
    lines: [line('Booking page, per course', 5, 28_000)],
    paid: 100_000,
    card: 'pm_card_createDispute',
    reason: 'Two courses end in winter.',
    linesAfter: [line('Booking page, per course', 2, 28_000)],
    ending: { kind: 'refused_by_stripe' },
  },
  {
    client: {
      name: 'Verein für Stadtgeschichte und Denkmalpflege der Freien und Hansestadt Lübeck e. V.',
      email: 'vorstand@stadtgeschichte-luebeck.example',
      address: 'Königstraße 21\n23552 Lübeck\nGermany',
      locale: 'de-DE',
    },
    title:
      'Exhibition panels on the history of the western harbour basin, the salt storehouses and the people who worked there',
    currency: 'eur',
    lines: [line('Panel design, per panel', 14, 31_500), line('Archive research, per day', 6, 52_000)],
    paid: 450_000,
    card: 'pm_card_visa',
    reason: 'The second room is postponed.',
    linesAfter: [line('Panel design, per panel', 6, 31_500), line('Archive research, per day', 2, 52_000)],
    ending: {
      kind: 'refused_before',
      code: 'balance_insufficient',
      message: 'Insufficient funds in your Stripe balance to refund this amount.',
    },
  },
  {
    client: {
      name: 'Atelier Noor — نور للتصميم',
      email: 'studio@ateliernoor.example',
      address: 'Rue de Flandre 40\n1000 Brussels\nBelgium',
      locale: 'fr-BE',
    },
    title: 'Identity for a jewellery studio',
    currency: 'eur',
    lines: [line('Logo and wordmark', 1, 180_000), line('Stationery', 1, 60_000)],
    paid: 200_000,
    card: 'pm_card_visa',
    reason: 'No stationery after all.',
    linesAfter: [line('Logo and wordmark', 1, 120_000)],
    ending: { kind: 'refunded_elsewhere' },
  },
  {
    client: {
      name: 'Café Lumen',
      email: 'bestellung@cafe-lumen.example',
      address: 'Oranienstraße 77\n10969 Berlin\nGermany',
      locale: 'de-DE',
    },
    title: 'Window lettering',
    currency: 'eur',
    lines: [line('Lettering, per window', 4, 36_000)],
    paid: 120_000,
    card: null,
    reason: 'The landlord allows only one window.',
    linesAfter: [line('Lettering, per window', 1, 36_000)],
    ending: { kind: 'transfer_to_confirm' },
  },
  {
    client: {
      name: 'Buchhandlung Seitenwind',
      email: 'laden@seitenwind.example',
      address: 'Bergmannstraße 5\n10961 Berlin\nGermany',
      locale: 'de-DE',
    },
    title: 'Reading series, posters',
    currency: 'eur',
    lines: [line('Poster, per evening', 10, 19_000)],
    paid: 150_000,
    card: null,
    reason: 'Four evenings are cancelled.',
    linesAfter: [line('Poster, per evening', 6, 19_000)],
    ending: { kind: 'marked_refunded', method: 'sepa', reference: 'Sparkasse transfer, end-to-end id RQ-2231' },
  },
  {
    client: {
      name: 'Fjord & Form AS',
      email: 'post@fjordogform.example',
      address: 'Strandgaten 9\n5013 Bergen\nNorway',
      locale: 'nb-NO',
    },
    title: 'Product photography',
    currency: 'eur',
    lines: [line('Photography, per day', 5, 95_000, 0)],
    paid: 380_000,
    card: 'pm_card_visa',
    reason: 'Two days less in the studio.',
    linesAfter: [line('Photography, per day', 3, 95_000, 0)],
    ending: { kind: 'deposit_unconfirmed' },
  },
  {
    client: {
      name: 'Tandem Language School',
      email: 'office@tandem-school.example',
      address: 'Lange Reihe 60\n20099 Hamburg\nGermany',
      locale: 'en-GB',
    },
    title: 'Course brochure',
    currency: 'eur',
    lines: [line('Brochure, per page', 24, 9_500)],
    paid: 180_000,
    card: 'pm_card_visa',
    reason: 'The brochure shrinks to twelve pages.',
    linesAfter: [line('Brochure, per page', 12, 9_500)],
    ending: {
      kind: 'refused_before',
      code: 'rate_limit',
      message: 'Too many requests hit the API too quickly. We recommend an exponential backoff of your requests.',
    },
  },
  {
    client: {
      name: 'Greta Sommerfeld',
      email: 'greta.sommerfeld@posteo.example',
      address: 'Am Anger 2\n99084 Erfurt\nGermany',
      locale: 'de-DE',
    },
    title: 'Wedding stationery',
    currency: 'eur',
    lines: [line('Invitations, per hundred', 3, 24_000), line('Menu cards, per hundred', 2, 18_000)],
    paid: 90_000,
    card: null,
    reason: 'A smaller party.',
    linesAfter: [line('Invitations, per hundred', 2, 24_000)],
    ending: { kind: 'marked_refunded', method: 'paypal', reference: 'PayPal transaction 4XK19283LM' },
  },
  {
    client: {
      name: 'Studio Kite Ltd',
      email: 'accounts@studiokite.example',
      address: '18 Calton Road\nEdinburgh EH8 8DL\nUnited Kingdom',
      locale: 'en-GB',
    },
    title: 'Motion graphics for a trade fair',
    currency: 'eur',
    lines: [line('Animation, per minute', 6, 72_000, 0)],
    paid: 400_000,
    card: 'pm_card_visa',
    reason: 'The film is two minutes shorter.',
    linesAfter: [line('Animation, per minute', 4, 72_000, 0)],
    ending: { kind: 'unsigned' },
  },
]

/** The second demo freelancer, whose desk the first must never see. */
export const OTHER_STORIES: Story[] = [
  {
    client: {
      name: 'Marisol Vega',
      email: 'marisol@vega-fotografia.example',
      address: 'Calle de la Luna 14\n28004 Madrid\nSpain',
      locale: 'es-ES',
    },
    title: 'Online shop',
    currency: 'eur',
    lines: [line('Shop pages', 10, 30_000)],
    paid: 250_000,
    card: 'pm_card_visa',
    reason: 'Four pages fewer.',
    linesAfter: [line('Shop pages', 6, 30_000)],
    ending: { kind: 'succeeded' },
  },
  {
    client: {
      name: 'Rheinkultur Stiftung',
      email: 'kontakt@rheinkultur.example',
      address: 'Rheinuferpromenade 1\n40221 Düsseldorf\nGermany',
      locale: 'de-DE',
    },
    title: 'Festival app',
    currency: 'eur',
    lines: [line('Development, per week', 6, 220_000)],
    paid: 1_000_000,
    card: 'pm_card_visa',
    reason: 'The ticket part is dropped.',
    linesAfter: [line('Development, per week', 3, 220_000)],
    ending: {
      kind: 'refused_before',
      code: 'api_error',
      message: 'An error occurred internally with Stripe’s API.',
    },
  },
  {
    client: {
      name: 'Bäckerei Morgenrot',
      email: 'backstube@morgenrot.example',
      address: 'Südstraße 3\n53175 Bonn\nGermany',
      locale: 'de-DE',
    },
    title: 'Ordering by phone',
    currency: 'eur',
    lines: [line('Development, per day', 4, 64_000)],
    paid: 150_000,
    card: null,
    reason: 'The phone line stays as it is.',
    linesAfter: [line('Development, per day', 1, 64_000)],
    ending: { kind: 'transfer_to_confirm' },
  },
]
