// The one-time proof that a sign-in was asked for by the endpoint.

import { createHash, randomBytes, randomUUID } from 'node:crypto'

/** How long a grant may be redeemed, ms. */
export const grantLifetime = 60_000

export interface Grant {
  /** The id of the impersonation that the grant is for. */
  id: string
  /** What Cognito is given as the challenge's answer. Never stored, never logged. */
  answer: string
  /** What the record keeps of it. */
  hash: string
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const answerForm = new RegExp(`^(${uuid})\\.([A-Za-z0-9_-]{43})$`)

/** 256 random bits under a fresh id. */
export function newGrant(): Grant {
  const id = randomUUID()
  const secret = randomBytes(32).toString('base64url')
  return { id, answer: `${id}.${secret}`, hash: hash(secret) }
}

/** The id and hash of an answer of exactly the right form; undefined for anything else. */
export function readAnswer(answer: unknown): { id: string; hash: string } | undefined {
  const [, id, secret] = (typeof answer === 'string' && answerForm.exec(answer)) || []
  return id && secret ? { id, hash: hash(secret) } : undefined
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
