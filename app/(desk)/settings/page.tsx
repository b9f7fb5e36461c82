import type { Metadata } from 'next'
import { SweepFindings } from '@/components/sweep-findings'
import { Chip } from '@/components/ui/chip'
import { Fact, Facts } from '@/components/ui/facts'
import { Moment } from '@/components/ui/moment'
import { Panel } from '@/components/ui/panel'
import { listApiKeys } from '@/lib/auth/api-keys'
import { requireFreelancer } from '@/lib/auth/session'
import { lookingAfter } from '@/lib/refunds/looking-after'
import { DeskLink } from '../desk-link'
import { PageHeading } from '../page-heading'
import { revokeApiKeyAction } from './api-key-actions'
import { CreateApiKey } from './create-api-key'

export const metadata: Metadata = { title: 'Settings' }

/** A sweep comes every few seconds, and may take half a minute while Stripe is slow. */
const SWEEPS_ARE_LATE_MS = 120_000

export default async function SettingsPage() {
  const freelancer = await requireFreelancer()
  const account = freelancer.connectedAccount
  const [keys, care] = await Promise.all([
    listApiKeys(freelancer.id),
    lookingAfter(freelancer.id, account?.stripeAccountId ?? null),
  ])
  const careIsOn = care.lastSweepAt !== null && Date.now() - care.lastSweepAt.getTime() < SWEEPS_ARE_LATE_MS

  return (
    <>
      <PageHeading title="Settings" />
      <div className="grid max-w-3xl gap-5">
        <Panel
          title="Stripe"
          id="stripe"
          aside={
            !account ? (
              <Chip tone="needs_you">Not connected</Chip>
            ) : account.disconnectedAt ? (
              <Chip tone="failed">Disconnected</Chip>
            ) : account.chargesEnabled ? (
              <Chip tone="done">Connected</Chip>
            ) : (
              <Chip tone="needs_you">Not complete</Chip>
            )
          }
        >
          <p className="px-4 pb-3 text-pretty text-muted md:px-5">
            {!account
              ? 'No Stripe account is connected yet. Refunds of card deposits wait until there is one.'
              : account.disconnectedAt
                ? 'Stripe says that Requite’s access was taken back. Refunds can’t be sent until the same account is connected again; no money is lost meanwhile.'
                : account.chargesEnabled
                  ? 'Refunds are paid out of this account’s balance.'
                  : 'Stripe still needs details from you before this account can take payments. Look at your Stripe Dashboard.'}
          </p>
          {account && (
            <Facts>
              <Fact name="Account">
                <span className="font-mono text-xs">{account.stripeAccountId}</span>
              </Fact>
              {account.disconnectedAt && (
                <Fact name="Disconnected">
                  <Moment at={account.disconnectedAt} reader={freelancer} />
                </Fact>
              )}
            </Facts>
          )}
        </Panel>

        <Panel
          title="Looking after your refunds"
          id="looking-after"
          aside={careIsOn ? <Chip tone="done">On</Chip> : <Chip tone="failed">Not running</Chip>}
        >
          <p className="px-4 pb-3 text-pretty text-muted md:px-5">
            {careIsOn
              ? 'Every few seconds Requite looks for answers and messages from Stripe that got lost, and asks Stripe itself.'
              : 'Requite’s worker has not looked for a while. Nothing is lost or paid twice meanwhile; refunds and emails go on once it runs again.'}
          </p>
          <Facts>
            <Fact name="Last look">
              {care.lastSweepAt ? <Moment at={care.lastSweepAt} reader={freelancer} /> : 'Not yet'}
            </Fact>
            {account && (
              <Fact name="Stripe’s messages read up to">
                {care.eventsReadAt ? <Moment at={care.eventsReadAt} reader={freelancer} /> : 'Not yet'}
              </Fact>
            )}
          </Facts>
          {care.findings.length > 0 ? (
            <SweepFindings findings={care.findings} reader={freelancer} Link={DeskLink} />
          ) : (
            <p className="border-t px-4 py-3 text-muted md:px-5">Nothing had to be put right so far.</p>
          )}
        </Panel>

        <Panel title="Your business" id="business">
          <Facts>
            <Fact name="Name">
              <bdi>{freelancer.businessName}</bdi>
            </Fact>
            <Fact name="Email">{freelancer.email}</Fact>
            {freelancer.address && (
              <Fact name="Address">
                <span className="whitespace-pre-line">{freelancer.address}</span>
              </Fact>
            )}
            {freelancer.vatNumber && <Fact name="VAT number">{freelancer.vatNumber}</Fact>}
            <Fact name="Dates and money">
              {freelancer.locale}, {freelancer.timeZone}
            </Fact>
          </Facts>
        </Panel>

        <Panel title="API keys" id="api-keys">
          <p className="px-4 pb-3 text-pretty text-muted md:px-5">
            A key lets another program read your credit notes and act on them as you would:{' '}
            <code className="font-mono text-xs text-ink">Authorization: Bearer requite_…</code>
          </p>
          <CreateApiKey />
          {keys.length > 0 && (
            <ul className="divide-y border-t">
              {keys.map((key) => (
                <li
                  key={key.id}
                  className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3 md:px-5"
                >
                  <div className="min-w-0">
                    <p className="font-medium wrap-anywhere">
                      <bdi>{key.name}</bdi>{' '}
                      <span className="font-mono text-xs font-normal text-faint">{key.prefix}…</span>
                    </p>
                    <p className="text-[0.8125rem] text-muted">
                      Created <Moment at={key.createdAt} reader={freelancer} show="day" />
                      {key.lastUsedAt ? (
                        <>
                          , last used <Moment at={key.lastUsedAt} reader={freelancer} />
                        </>
                      ) : (
                        ', never used'
                      )}
                    </p>
                  </div>
                  <details className="text-right">
                    <summary aria-label={`Revoke ${key.name}…`} className="button button-quiet">
                      Revoke…
                    </summary>
                    <form action={revokeApiKeyAction} className="mt-2">
                      <input type="hidden" name="apiKeyId" value={key.id} />
                      <p className="mb-2 text-[0.8125rem] text-muted">Whatever uses it stops working at once.</p>
                      <button
                        type="submit"
                        aria-label={`Revoke ${key.name}`}
                        className="button border-failed-line bg-failed-wash text-failed"
                      >
                        Revoke
                      </button>
                    </form>
                  </details>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
    </>
  )
}
