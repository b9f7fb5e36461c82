import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Freelancer, getFreelancerOfUser } from '@/lib/freelancers/freelancer-store'
import { API_KEY_PREFIX, API_KEY_SHOWN_LENGTH, apiKeyOfHeader } from './api-key-rules'
import { type ApiKey, findApiKeys, findUserOfKey, insertApiKey, markRevoked, noteUse } from './api-key-store'

export type { ApiKey } from './api-key-store'

/** Makes a key with 256 random bits. It is returned in plain this once; only its SHA-256 is kept. */
export async function createApiKey(freelancerId: string, name: string): Promise<{ key: string; apiKey: ApiKey }> {
  const key = API_KEY_PREFIX + randomBytes(32).toString('base64url')
  const prefix = key.slice(0, API_KEY_SHOWN_LENGTH)
  const apiKey = await insertApiKey({ freelancerId, name, prefix, keyHash: hashOf(key) })
  return { key, apiKey }
}

/** The freelancer's live keys, newest first. */
export async function listApiKeys(freelancerId: string): Promise<ApiKey[]> {
  return findApiKeys(freelancerId)
}

/** Closes a key for good. False when this freelancer has no such live key. */
export async function revokeApiKey(freelancerId: string, id: string): Promise<boolean> {
  return z.uuid().safeParse(id).success ? markRevoked(freelancerId, id) : false
}

/** The freelancer whose live key stands in the Authorization header, null when there is none. */
export async function freelancerOfApiKey(authorization: string | null): Promise<Freelancer | null> {
  const key = apiKeyOfHeader(authorization)
  if (!key) return null
  const owner = await findUserOfKey(hashOf(key))
  if (!owner) return null
  await noteUse(owner.apiKeyId)
  return getFreelancerOfUser(owner.userId)
}

/** A plain hash is enough: a key of 256 random bits can't be guessed from it, slow or not. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
