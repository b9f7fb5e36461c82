import type { Body } from '../json'
import type { AccountRecord } from '../ledger/records'

const openQuestions = ['business_profile.url', 'external_account', 'tos_acceptance.date', 'tos_acceptance.ip']

/** A connected account (or the platform's own) as Stripe writes it. */
export function accountBody(account: AccountRecord): Body {
  const due = account.onboarded ? [] : openQuestions
  const capability = account.onboarded ? 'active' : 'inactive'
  return {
    id: account.id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: account.businessName,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: account.email,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: account.businessType,
    capabilities: { card_payments: capability, transfers: capability },
    charges_enabled: account.onboarded,
    controller: account.type === 'standard' ? { type: 'account' } : { is_controller: true, type: 'application' },
    country: account.country,
    created: account.created,
    default_currency: account.defaultCurrency,
    details_submitted: account.onboarded,
    email: account.email,
    external_accounts: {
      data: [],
      has_more: false,
      object: 'list',
      url: `/v1/accounts/${account.id}/external_accounts`,
    },
    future_requirements: requirements([]),
    metadata: account.metadata,
    payouts_enabled: account.onboarded,
    requirements: { ...requirements(due), disabled_reason: due.length > 0 ? 'requirements.past_due' : null },
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        decline_on: { avs_failure: false, cvc_failure: false },
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: account.businessName, timezone: 'Etc/UTC' },
      payments: {
        statement_descriptor: null,
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
    },
    tos_acceptance: { date: account.onboarded ? account.created : null, ip: null, user_agent: null },
    type: account.type,
  }
}

function requirements(due: string[]): Body {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason: null,
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
  }
}
