import { db } from '@/lib/db'

/** An API key as its owner sees it: never the key itself. */
export type ApiKey = { id: string; name: string; prefix: string; createdAt: Date; lastUsedAt: Date | null }

export async function insertApiKey(key: {
  freelancerId: string
  name: string
  prefix: string
  keyHash: string
}): Promise<ApiKey> {
  return db().apiKey.create({ data: key, select: shown })
}

/** The keys that still open the door, newest first. */
export async function findApiKeys(freelancerId: string): Promise<ApiKey[]> {
  return db().apiKey.findMany({
    where: { freelancerId, revokedAt: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: shown,
    take: 100,
  })
}

/** False when there is no such key of this freelancer, or it was revoked before. */
export async function markRevoked(freelancerId: string, id: string): Promise<boolean> {
  const { count } = await db().apiKey.updateMany({
    where: { id, freelancerId, revokedAt: null },
    data: { revokedAt: new Date() },
  })
  return count === 1
}

/** The sign-in whose freelancer owns the key, null when no live key has this hash. */
export async function findUserOfKey(keyHash: string): Promise<{ apiKeyId: string; userId: string } | null> {
  const key = await db().apiKey.findFirst({
    where: { keyHash, revokedAt: null },
    select: { id: true, freelancer: { select: { userId: true } } },
  })
  return key && { apiKeyId: key.id, userId: key.freelancer.userId }
}

/** Notes the use of a key, at most once a minute: a busy key must not turn every read into a write. */
export async function noteUse(apiKeyId: string): Promise<void> {
  await db().$executeRaw`
    UPDATE api_keys SET last_used_at = now()
    WHERE id = ${apiKeyId}::uuid AND (last_used_at IS NULL OR last_used_at < now() - INTERVAL '1 minute')`
}

const shown = { id: true, name: true, prefix: true, createdAt: true, lastUsedAt: true } as const
