const SECONDS_OF_TWO_YEARS = 63_072_000

/**
 * On every answer: pages, errors, static files, the API. What comes without a page of its own may load and frame nothing;
 * for pages the proxy puts `contentSecurityPolicy` in place of the policy here. Browsers heed Strict-Transport-Security on
 * https only, so that it does no harm on a developer's machine. Keys are lower case so that the proxy's take their place
 * instead of standing beside them.
 */
export const EVERYWHERE_HEADERS = [
  {
    key: 'content-security-policy',
    value: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  },
  { key: 'strict-transport-security', value: `max-age=${SECONDS_OF_TWO_YEARS}; includeSubDomains` },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'x-frame-options', value: 'DENY' },
  { key: 'referrer-policy', value: 'strict-origin-when-cross-origin' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'cross-origin-resource-policy', value: 'same-origin' },
  {
    key: 'permissions-policy',
    value: [
      'accelerometer',
      'browsing-topics',
      'camera',
      'display-capture',
      'geolocation',
      'gyroscope',
      'magnetometer',
      'microphone',
      'midi',
      'payment',
      'usb',
    ]
      .map((feature) => `${feature}=()`)
      .join(', '),
  },
] as const

/**
 * A client's link is a key: no other site may learn it from a Referer header. Our own server may, because with
 * `no-referrer` browsers send `Origin: null` with a form, which can't be told from a forged one.
 */
export const CLIENT_PAGE_REFERRER_POLICY = 'same-origin'

/**
 * The policy of a page: scripts and styles run by this answer's nonce alone. Development needs `eval` for React's stacks,
 * inline styles for Next's overlay and a socket for reloads.
 */
export function contentSecurityPolicy(page: {
  nonce: string
  development: boolean
  https: boolean
  /** Where forms may lead in the end besides this site: the browser checks a form's redirects too. */
  formTargets: readonly string[]
}): string {
  const nonce = `'nonce-${page.nonce}'`
  const directives = [
    "default-src 'none'",
    `script-src 'self' ${nonce} 'strict-dynamic'${page.development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${page.development ? "'unsafe-inline'" : nonce}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${page.development ? ' ws:' : ''}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    `form-action ${["'self'", ...page.formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    ...(page.https ? ['upgrade-insecure-requests'] : []),
  ]
  return directives.join('; ')
}

/** Stripe's hosted pages, to which a form may lead: its own, or those of what stands in for Stripe. */
export function stripePageOrigins(stripeApiBase: string): string[] {
  const { origin } = new URL(stripeApiBase)
  return origin === 'https://api.stripe.com' ? ['https://checkout.stripe.com', 'https://connect.stripe.com'] : [origin]
}
