// The error codes, and the status and message of each.

import type { Subject } from './records-schema.ts'

const responses = {
  RequestInvalid: [400, 'the request is invalid'],
  CredentialsInvalid: [401, 'Authorization: these credentials are not accepted'],
  SignInInsufficient: [401, 'Authorization: this sign-in does not suffice, sign in again'],
  TicketInvalid: [401, 'ticket: this ticket is not valid, or no longer valid'],
  ApiKeyNotAllowed: [403, 'X-API-Key: this key does not open this route'],
  ActorNotAllowed: [403, 'you may not impersonate'],
  ActorImpersonated: [403, 'an impersonated session may not impersonate'],
  NotYours: [403, 'you may not see or end these impersonations'],
  SubjectIsActor: [403, 'you may not impersonate yourself'],
  SubjectProtected: [403, 'this user is protected from impersonation'],
  SubjectNotAllowed: [403, 'you may not act as this user'],
  ApprovalRequired: [403, 'another person must approve this impersonation first'],
  ApproverNotAllowed: [403, 'you may not approve this impersonation'],
  NoSuchImpersonation: [404, 'there is no such impersonation'],
  ImpersonationEnded: [403, 'this impersonation was ended before it began'],
  NotApprovable: [409, 'this impersonation cannot be approved'],
  UserNotFound: [422, 'there is no such user'],
  SubjectNotFound: [422, 'username: there is no such user'],
  SubjectDisabled: [422, 'username: this user is disabled'],
  SubjectUnconfirmed: [422, 'username: this user has not confirmed their account'],
  SubjectMustResetPassword: [422, 'username: this user must reset their password first'],
  SubjectFederated: [422, 'username: this user signs in with an identity provider, not at the pool'],
  SubjectChallenged: [422, 'username: the user pool demands a further step of this user, such as MFA'],
  SubjectInvitationExpired: [422, "username: this invited user's temporary password has probably expired"],
  SubjectRefused: [422, "username: a trigger of the user pool's owner refuses this user"],
  TooManyRequests: [429, 'too many requests, try again later'],
  ActorLimit: [429, 'too many impersonations, try again later'],
  TokensUnfit: [500, 'the tokens are unfit and were dropped'],
  Fault: [500, 'unexpected error'],
  Unavailable: [503, 'a service failed or gave an unexpected response'],
  TriggerRefused: [503, 'a trigger refused'],
  NextTriggerFailed: [503, "the user pool's own PreTokenGeneration trigger failed"],
  TriggersDetached: [503, 'the user pool does not run its triggers: see TriggersDetached in RUNBOOK.md'],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type Code = keyof typeof responses

export const codes = Object.keys(responses) as Code[]

/** What a new sign-in needs (RFC 9470 §3). */
export interface NewSignIn {
  /** Any one of these `acr` values. Empty: any level. */
  acrValues: readonly string[]
  /** Its maximum age in seconds. Undefined: the refused sign-in was recent enough. */
  maxAge?: number
}

/** A refusal (4xx) or a fault (5xx). The caller gets the `message` of a refusal. Those of a fault are only logged. */
export class ImpersonationError extends Error {
  readonly code: Code
  readonly status: number
  /** The id of the record, if a record was written. */
  impersonationId?: string
  /** The subject, if a look-up of the reason found them. For the record only. */
  subject?: Subject
  /** The username in the request's Basic credentials. Undefined if the request has none. */
  usernameTried?: string
  /** When to try again, in seconds. Only in a 429. Undefined: `defaultRetryAfter`. */
  retryAfter?: number
  /** What a new sign-in needs. Undefined unless the code is SignInInsufficient. */
  newSignIn?: NewSignIn

  constructor(code: Code, options: ErrorOptions & { message?: string } = {}) {
    super(options.message ?? messageOf(code), options)
    this.name = 'ImpersonationError'
    this.code = code
    this.status = responses[code][0]
  }
}

export function isCode(code: string | undefined): code is Code {
  return Object.hasOwn(responses, String(code))
}

/** @returns `thrown` itself if it is an ImpersonationError, otherwise a fault with `thrown` as its cause. */
export function asImpersonationError(thrown: unknown): ImpersonationError {
  return thrown instanceof ImpersonationError ? thrown : new ImpersonationError('Fault', { cause: thrown })
}

export function messageOf(code: Code): string {
  return responses[code][1]
}

/** The message that the caller gets for a fault. The id finds the request in the logs. */
export function faultMessage(requestId: string): string {
  return `the request could not be completed; its id is ${requestId}`
}

/** The body of an error response, in the contract's form. */
export function errorBody(message: string): string {
  return JSON.stringify({ status: 'error', message })
}

/** Every error response has this header. Its value is the code. */
export const errorCodeHeader = 'Impersonation-Error'

/** `Retry-After` of a throttled request, in seconds. */
export const defaultRetryAfter = 1
