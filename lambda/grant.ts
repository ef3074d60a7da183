// The grant: the one-time proof that the endpoint requested a sign-in.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { uuid } from './uuid.ts'

/** How long a grant can be redeemed, in ms. */
export const grantLifetime = 60_000

export interface Grant {
  /** The id of the impersonation. */
  id: string
  /** The answer to Cognito's challenge. Must not be stored or logged. */
  answer: string
  /** The hash that the record stores. */
  hash: string
}

const answerPattern = new RegExp(`^(${uuid})\\.([A-Za-z0-9_-]{43})$`)

/** Creates a grant with a new id and a secret of 256 random bits. */
export function newGrant(): Grant {
  const id = randomUUID()
  const secret = randomBytes(32).toString('base64url')
  return { id, answer: `${id}.${secret}`, hash: hash(secret) }
}

/** @returns the id and hash, or undefined if `answer` does not have exactly the format of a grant's answer. */
export function readAnswer(answer: unknown): { id: string; hash: string } | undefined {
  const [, id, secret] = (typeof answer === 'string' && answerPattern.exec(answer)) || []
  return id && secret ? { id, hash: hash(secret) } : undefined
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
