/**
 * Where to go after signing in, as asked for by `?next=`. Only a path on this site is taken, so that a sign-in link can't
 * send anybody elsewhere; everything else leads to the desk.
 */
export function nextPath(asked: string | null | undefined): string {
  if (!asked?.startsWith('/')) return '/'
  const base = 'https://requite.invalid'
  if (!URL.canParse(asked, base)) return '/'
  const url = new URL(asked, base)
  if (url.origin !== base || url.pathname.startsWith('//')) return '/'
  return url.pathname + url.search
}
