// Reads the request's body: the subject's username, and the reason.

import { ImpersonationError } from '../errors.ts'
import { isUsername } from '../http/username.ts'

export interface ImpersonationRequest {
  username: string
  reason: string | undefined
}

/** Ignores unknown fields. @throws ImpersonationError RequestInvalid, naming the field and its rule. */
export function readRequest(body: unknown, { reasonRequired }: { reasonRequired: boolean }): ImpersonationRequest {
  assertValid(typeof body === 'object' && body !== null && !Array.isArray(body), 'the body must be a JSON object')
  const { username, reason } = body as Record<string, unknown>
  assertValid(
    isUsername(username),
    'username must be a string of 1 to 128 letters, marks, symbols, numbers or punctuation characters, without blanks',
  )
  if (reason === undefined) {
    assertValid(!reasonRequired, 'reason is required: a string of 1 to 1,000 characters')
    return { username, reason }
  }
  const trimmed = typeof reason === 'string' ? reason.trim() : ''
  assertValid(
    /^.{1,1000}$/su.test(trimmed) && trimmed.isWellFormed(),
    'reason must be a string of 1 to 1,000 characters, not blank',
  )
  return { username, reason: trimmed }
}

function assertValid(valid: unknown, message: string): asserts valid {
  if (!valid) throw new ImpersonationError('RequestInvalid', { message })
}
