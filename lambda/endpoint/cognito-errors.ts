// What Cognito's exceptions mean, by the call that threw them.

import { errorName, isClientFault } from '../aws-errors.ts'
import { type Code, ImpersonationError } from '../errors.ts'

type Codes = Readonly<Record<string, Code>>

/** The calls of a subject's sign-in. */
export type SubjectCall = 'challenge' | 'answer'

/** Cognito refused a subject without saying why: their state has to be looked up. */
export class UnexplainedRefusal extends Error {
  readonly call: SubjectCall
  readonly username: string

  constructor({ call, username, cause }: { call: SubjectCall; username: string; cause: unknown }) {
    super(`Cognito refused the subject: ${errorName(cause)}`, { cause })
    this.name = 'UnexplainedRefusal'
    this.call = call
    this.username = username
  }
}

/**
 * Cognito can't send the code of a further step. At a sign-in by Basic, only the right password gets this far: the caller
 * must not see a difference.
 */
const undelivered = [
  'CodeDeliveryFailureException',
  'InvalidEmailRoleAccessPolicyException',
  'InvalidSmsRoleAccessPolicyException',
  'InvalidSmsRoleTrustRelationshipException',
]

const all = (names: readonly string[], code: Code): Codes => Object.fromEntries(names.map((name) => [name, code]))

const answerCodes: Codes = {
  ...all(undelivered, 'SubjectChallenged'),
  InvalidUserPoolConfigurationException: 'TriggersDetached',
  UserNotFoundException: 'SubjectNotFound',
  UserNotConfirmedException: 'SubjectUnconfirmed',
  PasswordResetRequiredException: 'SubjectMustResetPassword',
  MFAMethodNotFoundException: 'SubjectChallenged',
}

/** The codes of a subject's sign-in. */
export const subjectCodes: Readonly<Record<SubjectCall, Codes>> = {
  challenge: {
    ...answerCodes,
    // Our triggers refuse nobody before the answer. They throw only if they are broken: see SubjectRefused in RUNBOOK.md.
    UserLambdaValidationException: 'SubjectRefused',
  },
  answer: answerCodes,
}

/** The codes of a look-up of the subject. No user has a username that Cognito rejects: its rule may be stricter than ours. */
export const lookUpCodes: Codes = {
  UserNotFoundException: 'SubjectNotFound',
  InvalidParameterException: 'SubjectNotFound',
}

/** The states of a user who can't sign in. */
export const statusCodes: Codes = {
  UNCONFIRMED: 'SubjectUnconfirmed',
  RESET_REQUIRED: 'SubjectMustResetPassword',
  EXTERNAL_PROVIDER: 'SubjectFederated',
}

/** The states of a user who can sign in, but whom Cognito refuses before any trigger of ours does. */
export const refusedStatusCodes: Codes = {
  CONFIRMED: 'SubjectRefused',
  FORCE_CHANGE_PASSWORD: 'SubjectInvitationExpired',
}

/** The codes of an actor's sign-in. InvalidParameterException is a fault: the actors' client does not allow the flow. */
export const signInCodes: Codes = all(
  [
    ...undelivered,
    'NotAuthorizedException',
    'UserNotFoundException',
    'UserNotConfirmedException',
    'PasswordResetRequiredException',
    'MFAMethodNotFoundException',
    'UserLambdaValidationException',
  ],
  'CredentialsInvalid',
)

const commonCodes: Codes = {
  TooManyRequestsException: 'TooManyRequests',
  LimitExceededException: 'TooManyRequests',
  ThrottlingException: 'TooManyRequests',
  UserLambdaValidationException: 'TriggerRefused',
  UnexpectedLambdaException: 'Unavailable',
  InvalidLambdaResponseException: 'Unavailable',
  NotAuthorizedException: 'Unavailable',
}

/** An unlisted client error is a fault of this code. Every other unlisted error means that Cognito is unavailable. */
export function translate(error: unknown, codes: Codes = {}): ImpersonationError {
  const name = errorName(error)
  const otherwise = isClientFault(error) ? 'Fault' : 'Unavailable'
  return new ImpersonationError(codes[name] ?? commonCodes[name] ?? otherwise, { cause: error })
}
