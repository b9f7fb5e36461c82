/**
 * Whether a request that may change something comes from our own pages: its Origin must be there and be the app's
 * configured origin or the very host it was sent to. Missing and `null` origins are refused, because a sandboxed frame or
 * a stripped header would otherwise pass for us.
 */
export function isSameOrigin(origin: string | null, own: { appUrl: string; host: string | null }): boolean {
  if (!origin || !URL.canParse(origin)) return false
  const from = new URL(origin)
  if (from.protocol !== 'http:' && from.protocol !== 'https:') return false
  return from.origin === new URL(own.appUrl).origin || from.host === own.host
}
