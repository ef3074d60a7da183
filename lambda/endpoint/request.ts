// Reads the request's body: the subject's username and the reason, or the ticket.

import { ImpersonationError } from '../errors.ts'
import { hasControls } from '../http/control-characters.ts'
import type { GatewayEvent } from '../http/gateway-event.ts'
import { isUsername } from '../http/username.ts'
import { isObject } from '../json.ts'
import type { ReasonForm } from './reason-form.ts'

export interface ImpersonationRequest {
  username: string
  reason: string | undefined
}

export interface ReasonRules {
  reasonRequired: boolean
  /** Undefined: any text. Otherwise a reason is required. */
  reasonForm: ReasonForm | undefined
}

const fields = ['username', 'reason'] as const

/**
 * Ignores unknown fields, except those whose names differ from a known one by capitals only: a misspelt reason would be lost.
 * @throws ImpersonationError RequestInvalid, naming the field and its rule.
 */
export function readRequest(body: unknown, rules: ReasonRules): ImpersonationRequest {
  const fieldsSent = asObject(body)
  for (const name of Object.keys(fieldsSent)) {
    const field = fields.find((known) => known === name.toLowerCase())
    assertValid(!field || field === name, `${name} must be written ${field}`)
  }
  const { username, reason } = fieldsSent
  assertValid(
    isUsername(username),
    'username must be a string of 1 to 128 letters, marks, symbols, numbers or punctuation characters, without blanks',
  )
  return { username, reason: readReason(reason, rules) }
}

function readReason(reason: unknown, { reasonRequired, reasonForm }: ReasonRules): string | undefined {
  if (reason === undefined) {
    const form = reasonForm?.description ?? 'a string of 1 to 1,000 characters'
    assertValid(!reasonRequired && !reasonForm, `reason is required: ${form}`)
    return undefined
  }
  const trimmed = typeof reason === 'string' ? reason.trim() : ''
  assertValid(
    /^.{1,1000}$/su.test(trimmed) && trimmed.isWellFormed(),
    'reason must be a string of 1 to 1,000 characters, not blank',
  )
  // Auditors see the reason in lists and mails. Line breaks and tabs are allowed, because people type them into text areas.
  assertValid(
    !hasControls(trimmed),
    'reason must not contain characters that control the text around them, except tabs and line breaks',
  )
  assertValid(!reasonForm || reasonForm.matches(trimmed), `reason must be ${reasonForm?.description}`)
  return trimmed
}

/** Does not check the ticket's form. @throws ImpersonationError RequestInvalid */
export function readTicket(body: unknown): string {
  const { ticket } = asObject(body)
  assertValid(typeof ticket === 'string', 'ticket must be a string: the ticket of a prepared impersonation')
  return ticket
}

/** A query could contain the ticket, and logs contain URLs. So a query is an error, and the app's developers notice it. @throws ImpersonationError RequestInvalid */
export function assertNoQuery({ multiValueQueryStringParameters }: GatewayEvent): void {
  assertValid(
    Object.keys(multiValueQueryStringParameters ?? {}).length === 0,
    'there are no query parameters here: send the ticket in the body',
  )
}

function asObject(body: unknown): Record<string, unknown> {
  assertValid(isObject(body), 'the body must be a JSON object')
  return body
}

function assertValid(valid: unknown, message: string): asserts valid {
  if (!valid) throw new ImpersonationError('RequestInvalid', { message })
}
