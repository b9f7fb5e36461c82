/** @jsxImportSource hono/jsx */
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { z } from 'zod'
import { completeOnboarding } from '../acts/accounts'
import { letBankConfirm, payOnSession, sessionNow, sessionOf } from '../acts/checkout'
import { presentCard, refuseAuthentication } from '../acts/payments'
import type { CheckoutSessionRecord, PaymentIntentRecord } from '../ledger/records'
import { byItself, type Simulation } from '../simulation'
import { AuthenticatePage } from './authenticate-page'
import { CheckoutPage } from './checkout-page'
import { DeskPage } from './desk-page'
import { accountName } from './labels'
import { NoticePage } from './notice-page'
import { OnboardingPage } from './onboarding-page'

const css = readFileSync(new URL('./simulator.css', import.meta.url), 'utf8')

const policy = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"

const payment = z.object({ email: z.string(), name: z.string(), card: z.string() })
const bankAnswer = z.object({ answer: z.enum(['confirm', 'refuse']) })

/** The page for people at /, and the hosted pages that clients and freelancers are sent to. */
export function pageRoutes(sim: Simulation): Hono {
  const pages = new Hono()
  pages.use(async (c, next) => {
    await next()
    c.header('content-security-policy', policy)
    // With `no-referrer` browsers send `Origin: null` with the page's own forms, which /sim must refuse.
    c.header('referrer-policy', 'same-origin')
  })
  pages.get('/simulator.css', (c) => c.body(css, 200, { 'content-type': 'text/css; charset=utf-8' }))
  pages.get('/', (c) =>
    c.html(<DeskPage sim={sim} said={{ done: c.req.query('done'), refused: c.req.query('refused') }} />),
  )

  pages.get('/checkout/:session', (c) => {
    const session = sessionNow(sim, c.req.param('session'))
    if (session?.status !== 'open') return c.html(closedSession(session), session ? 200 : 404)
    return c.html(<CheckoutPage session={session} seller={sellerOf(sim, session)} problem={undefined} />)
  })
  pages.post('/checkout/:session', async (c) => {
    const session = sessionNow(sim, c.req.param('session'))
    if (session?.status !== 'open') return c.html(closedSession(session), session ? 200 : 404)
    const { email, name, card } = payment.parse(await c.req.parseBody())
    const presented = presentCard(sim, session.account, card, { name, email, customer: session.customer })
    const problem = (text: string) => <CheckoutPage session={session} seller={sellerOf(sim, session)} problem={text} />
    if (!presented) return c.html(problem('Stripe knows no such test card.'), 402)
    const intent = payOnSession(sim, session, presented.id)
    if (intent.lastError) return c.html(problem(intent.lastError.message), 402)
    if (intent.status === 'requires_action') return c.redirect(`/authenticate/${intent.id}`, 303)
    return c.redirect(afterPayment(sim, intent), 303)
  })

  pages.get('/authenticate/:intent', (c) => {
    const intent = sim.ledger.paymentIntents.find(c.req.param('intent'))
    if (intent?.status !== 'requires_action') return c.html(nothingToConfirm, intent ? 200 : 404)
    const seller = accountName(sim.ledger.accounts.get(intent.account))
    return c.html(<AuthenticatePage intent={intent} seller={seller} />)
  })
  pages.post('/authenticate/:intent', async (c) => {
    const id = c.req.param('intent')
    if (!sim.ledger.paymentIntents.find(id)) return c.html(nothingToConfirm, 404)
    const { answer } = bankAnswer.parse(await c.req.parseBody())
    if (answer === 'confirm') letBankConfirm(sim, id)
    else refuseAuthentication(sim, id, byItself)
    return c.redirect(afterPayment(sim, sim.ledger.paymentIntents.get(id)), 303)
  })

  pages.get('/onboarding/:link', (c) => {
    const link = sim.ledger.accountLinks.find(c.req.param('link'))
    if (!link) return c.html(deadLink, 404)
    if (link.used || link.expiresAt < sim.clock.seconds()) return c.redirect(link.refreshUrl ?? '/', 303)
    return c.html(<OnboardingPage name={accountName(sim.ledger.accounts.get(link.account))} />)
  })
  pages.post('/onboarding/:link', (c) => {
    const link = sim.ledger.accountLinks.find(c.req.param('link'))
    if (!link) return c.html(deadLink, 404)
    if (link.used || link.expiresAt < sim.clock.seconds()) return c.redirect(link.refreshUrl ?? '/', 303)
    sim.ledger.accountLinks.change(link.id, { used: true })
    completeOnboarding(sim, link.account)
    return c.redirect(link.returnUrl ?? '/', 303)
  })
  return pages
}

const nothingToConfirm = <NoticePage title="Nothing to confirm" text="This payment does not wait for the bank." />
const deadLink = <NoticePage title="Unknown link" text="This onboarding link does not exist." />

function closedSession(session: CheckoutSessionRecord | undefined) {
  if (!session) return <NoticePage title="Unknown page" text="This payment page does not exist." />
  const paid = session.status === 'complete'
  const url = paid ? session.successUrl : session.cancelUrl
  return (
    <NoticePage
      title={paid ? 'Already paid' : 'This page has expired'}
      text={paid ? 'This payment is complete. Nothing more is charged.' : 'Ask for a new link to pay.'}
      back={url ? { url: withSessionId(url, session), label: 'Continue' } : undefined}
    />
  )
}

function sellerOf(sim: Simulation, session: CheckoutSessionRecord): string {
  return accountName(sim.ledger.accounts.get(session.account))
}

/** Where the client goes once the card was asked: the page's own address, or the address given with the intent. */
function afterPayment(sim: Simulation, intent: PaymentIntentRecord): string {
  const session = sessionOf(sim, intent.id)
  if (session) {
    const paid = sim.ledger.checkoutSessions.get(session.id).status === 'complete'
    return paid && session.successUrl ? withSessionId(session.successUrl, session) : `/checkout/${session.id}`
  }
  if (!intent.returnUrl) return '/'
  const url = new URL(intent.returnUrl)
  url.searchParams.set('payment_intent', intent.id)
  url.searchParams.set('payment_intent_client_secret', intent.clientSecret)
  url.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed')
  return url.href
}

function withSessionId(url: string, session: CheckoutSessionRecord): string {
  return url.replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}
