// The one-time proofs of an impersonation. A grant proves that the endpoint requested a sign-in. A ticket proves that its
// holder got it from the back office.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { uuid } from './uuid.ts'

/** How long a grant can be redeemed, in ms. */
export const grantLifetime = 60_000

/** The longest time that a deployment can set for tickets, in ms. */
export const longestTicketLifetime = 600_000

/** How long after its request an impersonation can be approved, in ms. */
export const approvalWait = 86_400_000

/** How long an approved ticket can be redeemed, in ms. */
export const approvedTicketLifetime = 600_000

interface Proof {
  /** The id of the impersonation. */
  id: string
  /** The hash that the record stores. */
  hash: string
}

export interface Grant extends Proof {
  /** The answer to Cognito's challenge. Must not be stored or logged. */
  answer: string
}

export interface Ticket extends Proof {
  /** Opens one session. Must not be stored or logged. */
  ticket: string
}

const proofPattern = new RegExp(`^(${uuid})\\.([A-Za-z0-9_-]{43})$`)

/** Creates a grant with a secret of 256 random bits. @param id Default: a new id. */
export function newGrant(id: string = randomUUID()): Grant {
  const { text: answer, ...proof } = newProof(id)
  return { ...proof, answer }
}

/** Creates a ticket with a new id and a secret of 256 random bits. */
export function newTicket(): Ticket {
  const { text: ticket, ...proof } = newProof(randomUUID())
  return { ...proof, ticket }
}

/** @returns the id and hash, or undefined if `text` does not have exactly the form of a grant's answer and of a ticket. */
export function readProof(text: unknown): Proof | undefined {
  const [, id, secret] = (typeof text === 'string' && proofPattern.exec(text)) || []
  return id && secret ? { id, hash: hash(secret) } : undefined
}

function newProof(id: string): Proof & { text: string } {
  const secret = randomBytes(32).toString('base64url')
  return { id, text: `${id}.${secret}`, hash: hash(secret) }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
