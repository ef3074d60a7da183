// What can be refused or fail, and the answer that each gets.

const answers = {
  RequestInvalid: [400, 'the request is invalid'],
  CredentialsInvalid: [401, 'Authorization: these credentials are not accepted'],
  ActorNotAllowed: [403, 'you may not impersonate'],
  ActorImpersonated: [403, 'an impersonated session may not impersonate'],
  SubjectIsActor: [403, 'you may not impersonate yourself'],
  SubjectProtected: [403, 'this user is protected from impersonation'],
  SubjectNotFound: [422, 'username: there is no such user'],
  SubjectDisabled: [422, 'username: this user is disabled'],
  SubjectUnconfirmed: [422, 'username: this user has not confirmed their account'],
  SubjectMustResetPassword: [422, 'username: this user must reset their password first'],
  SubjectFederated: [422, 'username: this user signs in with an identity provider, not at the pool'],
  SubjectChallenged: [422, 'username: the user pool demands a further step of this user, such as MFA'],
  TooManyRequests: [429, 'too many requests, try again later'],
  TokensUnfit: [500, 'the tokens were not fit to hand over'],
  Fault: [500, 'unexpected error'],
  Unavailable: [503, 'a service did not answer as it should'],
  TriggerRefused: [503, 'a trigger refused'],
  TriggersDetached: [503, 'the user pool does not run its triggers: see TriggersDetached in RUNBOOK.md'],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type Code = keyof typeof answers

/** A refusal (4xx: `message` is for the caller) or a fault (5xx: `message` and `cause` are for the log alone). */
export class ImpersonationError extends Error {
  readonly code: Code
  readonly status: number
  /** The record of this attempt, once there is one. */
  impersonationId?: string

  constructor(code: Code, options: ErrorOptions & { message?: string } = {}) {
    const [status, message] = answers[code]
    super(options.message ?? message, options)
    this.name = 'ImpersonationError'
    this.code = code
    this.status = status
  }
}

export function isCode(code: string | undefined): code is Code {
  return Object.hasOwn(answers, String(code))
}

/** Anything thrown, as an ImpersonationError; what is not one already is a fault. */
export function asImpersonationError(thrown: unknown): ImpersonationError {
  return thrown instanceof ImpersonationError ? thrown : new ImpersonationError('Fault', { cause: thrown })
}
