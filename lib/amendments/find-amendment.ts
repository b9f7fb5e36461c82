import type { Transaction } from '@/lib/transaction'
import { getAmendmentByLink, type LinkedAmendment, markAmendmentSigned } from './amendment-store'
import { linkHash } from './client-link'

export type FoundAmendment =
  | { ok: true; amendment: LinkedAmendment }
  | { ok: false; reason: 'link_unknown' | 'link_expired' }

/** Follows a client's link. A draft is not the client's to see yet; an expired or revoked link opens nothing. */
export async function findAmendmentByLink(token: string, now: Date): Promise<FoundAmendment> {
  const amendment = await getAmendmentByLink(linkHash(token))
  if (!amendment || amendment.status === 'draft') return { ok: false, reason: 'link_unknown' }
  const expired = amendment.linkExpiresAt !== null && amendment.linkExpiresAt <= now
  if (expired || amendment.linkRevokedAt) return { ok: false, reason: 'link_expired' }
  return { ok: true, amendment }
}

/** Takes the client's signature; false when the amendment is signed already. Of two at once one is taken. */
export async function takeSignature(tx: Transaction, amendmentId: string, signedBy: string): Promise<boolean> {
  return markAmendmentSigned(tx, amendmentId, signedBy)
}
